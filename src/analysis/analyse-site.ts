import { lookOutM } from '../exposure/distances.ts';
import { planTiles } from '../site/tile-grid.ts';
import type { AnalysisListener } from './analysis-event.ts';
import { assessTiles } from './assess-tiles.ts';
import { planAnalysis } from './analyse-request.ts';
import type { AnalysePorts, AnalyseRequest } from './analyse-request.ts';
import { relabelTile, unreadTile } from './read-tile.ts';
import { readTiles } from './read-tiles.ts';
import { composeResult } from './compose-result.ts';
import type { Refinement, SiteResult, TileResult } from './site-result.ts';
import { planRefinement } from './refine.ts';
import { firstLook, furtherLook, rimLook } from './stages.ts';

/** How an analysis is stopped and followed. */
export interface AnalyseOptions {
  signal?: AbortSignal;
  onProgress?: AnalysisListener;
}

/**
 * The whole way for one site: plan the tiles, look at them nearest first, judge the sectors, and
 * for a tall building look further out where that can still change an answer.
 *
 * The result depends on the site, the settings, the model and the imagery alone.
 * @throws UserError for a site, setting, source or model that cannot be used
 * @throws DOMException `AbortError` when `signal` fires
 */
export async function analyseSite(
  request: AnalyseRequest,
  ports: AnalysePorts,
  { signal, onProgress }: AnalyseOptions = {},
): Promise<SiteResult> {
  const { model } = ports.classifier;
  const plan = planAnalysis(request, model, lookOutM);
  const { site, heightFt, settings } = plan;
  const tiles = planTiles(site, { radiusM: settings.lookOutM, strideM: settings.strideM });
  const known = new Map<string, TileResult>();

  const overrides = request.overrides ?? [];

  const assess = () =>
    assessTiles({ site, heightFt, settings, tiles: [...known.values()], overrides });
  const look = async (stage: 1 | 2 | 3 | 4, wanted: typeof tiles) => {
    if (wanted.length === 0) return;
    onProgress?.({ type: 'plan', stage, tiles: wanted.map(unreadTile) });
    let done = 0;
    for await (const batch of readTiles(wanted, ports, { settings, signal })) {
      for (const { tile, patch } of batch) {
        const label = request.labels?.get(tile.id);
        const settled = label ? relabelTile(tile, label) : tile;
        known.set(tile.id, settled);
        done += 1;
        onProgress?.({ type: 'tile', tile: settled, patch, done, total: wanted.length });
      }
      // Judging takes longer than reading a batch; a list of sites that nobody watches goes without.
      if (!onProgress) continue;
      const { sectors, directions } = assess();
      onProgress({ type: 'assessment', sectors, directions });
    }
  };

  const seen = () => new Set(known.keys());
  await look(1, firstLook(tiles));
  await look(2, furtherLook(tiles, seen(), assess()));
  await look(3, rimLook(site, settings, seen(), assess()));
  let refinement: Refinement | undefined;
  if (settings.refine) {
    const finer = planRefinement(site, settings.strideM, {
      tiles: [...known.values()],
      assessment: assess(),
      overrides,
    });
    ({ refinement } = finer);
    await look(4, finer.quarters);
  }
  // In plan order, whatever order the answers came in; rim and quarters are beyond the plan.
  const planned = new Set(tiles.map(({ id }) => id));
  return composeResult(plan, ports, {
    tiles: [
      ...tiles.flatMap((tile) => known.get(tile.id) ?? []),
      ...[...known.values()].filter(({ id }) => !planned.has(id)),
    ],
    assessment: assess(),
    overrides,
    refinement,
  });
}
