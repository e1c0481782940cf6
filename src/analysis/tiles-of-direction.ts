import { exposureDistancesM } from '../exposure/distances.ts';
import type { DirectionResult } from '../exposure/verdict.ts';
import { tilesThatCount } from './quarters.ts';
import type { SiteResult, TileResult } from './site-result.ts';
import { nearestM, touchesSector } from './stages.ts';

/**
 * The tiles that the verdict on a direction was read from: those in the sector that governs, as far
 * out as its rule looks, nearest first. A tile that was looked at in quarters gives way to them.
 */
export function tilesOfDirection(result: SiteResult, direction: DirectionResult): TileResult[] {
  const sector = result.sectors[direction.governedBy];
  if (!sector) return [];
  const { reqB, lookOut } = exposureDistancesM(result.site.heightFt, result.settings.edition);
  // For D the rule looks to its very end; whether B prevails is settled sooner.
  const reachM = direction.exposure === 'D' ? lookOut : reqB;
  return tilesThatCount(result.tiles)
    .filter((tile) => nearestM(tile) < reachM)
    .filter((tile) => touchesSector(tile, sector))
    .sort((a, b) => Math.hypot(a.eastM, a.northM) - Math.hypot(b.eastM, b.northM));
}
