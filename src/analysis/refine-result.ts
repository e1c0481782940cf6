import { boundaryTilesThatDecide } from '../exposure/refinement.ts';
import { UserError } from '../site/user-error.ts';
import type { AnalysePorts, AnalysisPlan } from './analyse-request.ts';
import type { AnalyseOptions } from './analyse-site.ts';
import { assessTiles } from './assess-tiles.ts';
import { composeResult } from './compose-result.ts';
import { unreadTile } from './read-tile.ts';
import { readTiles } from './read-tiles.ts';
import { planRefinement, refinable } from './refine.ts';
import type { SiteResult, TileResult } from './site-result.ts';

/**
 * Looks again, at half the stride, at the boundary tiles that could change a direction of an answer,
 * as `analyseSite` does where `refine` is asked for at once. The given result stays as it was.
 * @throws UserError where model or imagery are not those of the answer
 * @throws DOMException `AbortError` when `signal` fires
 */
export async function refineResult(
  result: SiteResult,
  ports: AnalysePorts,
  { signal, onProgress }: AnalyseOptions = {},
): Promise<SiteResult> {
  assertSame(result, ports);
  const plan = planOf(result);
  const { site, heightFt, settings } = plan;
  const { overrides } = result;
  const assess = (tiles: readonly TileResult[]) =>
    assessTiles({ site, heightFt, settings, tiles, overrides });
  const before = assess(result.tiles);
  const { quarters, refinement } = planRefinement(site, settings.strideM, {
    tiles: result.tiles,
    assessment: before,
    overrides,
  });
  onProgress?.({ type: 'plan', stage: 4, tiles: quarters.map(unreadTile) });
  const read = new Map<string, TileResult>();
  for await (const batch of readTiles(quarters, ports, { settings, signal })) {
    for (const { tile, patch } of batch) {
      read.set(tile.id, tile);
      onProgress?.({ type: 'tile', tile, patch, done: read.size, total: quarters.length });
    }
  }
  const tiles = [...result.tiles, ...quarters.flatMap(({ id }) => read.get(id) ?? [])];
  return composeResult(plan, ports, { tiles, assessment: assess(tiles), overrides, refinement });
}

/** Quarters read by another model or from other pictures would not belong to the answer. */
function assertSame(result: SiteResult, { source, classifier }: AnalysePorts): void {
  if (source.id !== result.imagery.id) {
    throw new UserError(
      `This answer was read from ${result.imagery.name}. Choose that imagery to look closer, or analyse the site again.`,
    );
  }
  if (classifier.model.sha256 !== result.model.sha256) {
    throw new UserError(
      `This answer was read by ${result.model.id}. Load that model to look closer, or analyse the site again.`,
    );
  }
  if (result.refinement) throw new UserError('This answer was already looked at more closely.');
}

function planOf(result: SiteResult): AnalysisPlan {
  const { lng, lat, name, heightFt } = result.site;
  return {
    site: { lng, lat },
    siteName: name,
    heightFt,
    settings: { ...result.settings, refine: true },
    tileMAssumed: result.warnings.some(({ code }) => code === 'tile-size-assumed'),
  };
}

/**
 * For each direction, the boundary tiles that could change it and that `refineResult` would look at
 * again; directions without any are left out.
 */
export function tilesWorthRefining(result: SiteResult): Record<string, string[]> {
  const { site, settings, tiles, overrides } = result;
  if (result.refinement) return {};
  const assessment = assessTiles({ ...result, site, heightFt: site.heightFt, settings });
  const { byDirection } = boundaryTilesThatDecide(assessment);
  const worth = Object.entries(byDirection).map(([name, ids]): [string, string[]] => [
    name,
    refinable(ids, tiles, overrides).map(({ id }) => id),
  ]);
  return Object.fromEntries(worth.filter(([, ids]) => ids.length > 0));
}
