import type { SiteResult, TileResult } from '../analysis/site-result.ts';
import type { Patch } from '../imagery/patch.ts';
import { fromLocal } from '../site/geodesy.ts';
import type { LngLat } from '../site/lng-lat.ts';
import { labelId, siteIdOf } from './label.ts';
import type { CandidateEntry } from './label-store.ts';
import { signatureOf } from './near-duplicates.ts';
import { encodePng } from './png.ts';
import { sha256Hex } from '../site/sha256.ts';

type Context = Pick<SiteResult, 'site' | 'settings' | 'imagery' | 'model'>;

/**
 * What a tile's label will say of the tile itself, and its picture. The hash is taken of the
 * pixels at hand, so that the record vouches for what it holds.
 */
export async function draftLabel(
  tile: TileResult,
  patch: Patch,
  { site, settings, imagery, model }: Context,
): Promise<CandidateEntry> {
  const { width, height, metresPerPixel, provenance } = patch;
  const imageSha256 = await sha256Hex(patch.rgb);
  const footprint = groundSeen(tile, { site, settings });
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
    tileM: settings.tileM,
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

/** The ground in the picture, which may be wider than the tile's own square. */
function groundSeen(
  { footprint, sizeM, eastM, northM }: TileResult,
  { site, settings }: Pick<Context, 'site' | 'settings'>,
): LngLat[] {
  const half = settings.tileM / 2;
  const corners =
    sizeM === settings.tileM
      ? footprint
      : [
          [-1, -1],
          [1, -1],
          [1, 1],
          [-1, 1],
          [-1, -1],
        ].map(([east, north]) =>
          fromLocal(site, { eastM: eastM + east! * half, northM: northM + north! * half }),
        );
  const round = (degrees: number) => Math.round(degrees * 1e7) / 1e7;
  return corners.map(({ lng, lat }) => ({ lng: round(lng), lat: round(lat) }));
}
