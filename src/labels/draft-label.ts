import type { SiteResult, TileResult } from '../analysis/site-result.ts';
import type { Patch } from '../imagery/patch.ts';
import { labelId, siteIdOf } from './label.ts';
import type { CandidateEntry } from './label-store.ts';
import { signatureOf } from './near-duplicates.ts';
import { encodePng } from './png.ts';
import { sha256Hex } from './sha256.ts';

type Context = Pick<SiteResult, 'site' | 'imagery' | 'model'>;

/**
 * What a tile's label will say of the tile itself, and its picture. The hash is taken of the
 * pixels at hand, so that the record vouches for what it holds.
 */
export async function draftLabel(
  tile: TileResult,
  patch: Patch,
  { site, imagery, model }: Context,
): Promise<CandidateEntry> {
  const { width, height, metresPerPixel, provenance } = patch;
  const imageSha256 = await sha256Hex(patch.rgb);
  const footprint = tile.footprint.map(({ lng, lat }) => ({ lng, lat }));
  const draft = {
    schema: 'upwind.label' as const,
    version: 1 as const,
    id: await labelId(imageSha256, footprint),
    imageSha256,
    width,
    height,
    siteId: siteIdOf(site),
    tileId: tile.id,
    centre: { lng: tile.lng, lat: tile.lat },
    footprint,
    tileM: tile.sizeM,
    metresPerPixel,
    source: {
      id: provenance.sourceId,
      name: provenance.sourceName,
      attribution: provenance.attribution,
      terms: imagery.terms,
      exportAllowed: provenance.exportAllowed,
    },
    urls: provenance.urls.slice(0, 64),
    synthetic: provenance.synthetic,
    acquired: provenance.acquired,
    nativeMetresPerPixel: provenance.nativeMetresPerPixel,
    model: tile.probabilities && {
      id: model.id,
      sha256: model.sha256,
      probabilities: tile.probabilities,
    },
    signature: signatureOf(patch),
  };
  return { draft, png: encodePng(patch) };
}
