import { assessSite } from '../exposure/assess-site.ts';
import type { Assessment } from '../exposure/assess-site.ts';
import type { Override } from '../exposure/verdict.ts';
import { tilesToAreas } from '../roughness/tiles-to-areas.ts';
import type { LngLat } from '../site/lng-lat.ts';
import { tilesThatCount } from './quarters.ts';
import type { SiteResult, TileResult } from './site-result.ts';

export interface AssessTilesInput {
  site: LngLat;
  heightFt: number;
  settings: Pick<
    SiteResult['settings'],
    'edition' | 'tolerance' | 'conservative' | 'extraBearingsDeg'
  >;
  tiles: readonly TileResult[];
  overrides: readonly Override[];
}

/** Judges the ground that tiles show; every answer, first or again, comes from here. */
export function assessTiles({
  site,
  heightFt,
  settings,
  tiles,
  overrides,
}: AssessTilesInput): Assessment {
  const { edition, tolerance, extraBearingsDeg } = settings;
  const areas = tilesToAreas(tilesThatCount(tiles), settings);
  return assessSite({ site, heightFt, areas, edition, tolerance, extraBearingsDeg, overrides });
}
