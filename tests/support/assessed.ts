import type { SiteResult } from '../../src/analysis/site-result.ts';
import { assessSite } from '../../src/exposure/assess-site.ts';
import type { Override } from '../../src/exposure/verdict.ts';
import { tilesToAreas } from '../../src/roughness/tiles-to-areas.ts';
import { planTiles } from '../../src/site/tile-grid.ts';
import { mockResult } from './mock-result.ts';

export interface AssessedOptions {
  lat?: number;
  lng?: number;
  overrides?: Override[];
  extraBearingsDeg?: number[];
}

/** The mock site at any place, its verdicts computed by the rules. */
export function assessedResult(options: AssessedOptions = {}): SiteResult {
  const { lat = -34.0368, lng = 20.5126, overrides = [], extraBearingsDeg = [] } = options;
  const result = mockResult({ lat, lng });
  const { site, settings } = result;
  const planned = new Map(
    planTiles(site, { radiusM: settings.lookOutM }).map((one) => [one.id, one]),
  );
  for (const tile of result.tiles) {
    const { footprint, centre } = planned.get(tile.id)!;
    Object.assign(tile, { footprint, lng: centre.lng, lat: centre.lat });
  }
  const { sectors, directions, governing } = assessSite({
    site,
    heightFt: site.heightFt,
    areas: tilesToAreas(result.tiles, settings),
    edition: settings.edition,
    tolerance: settings.tolerance,
    extraBearingsDeg,
    overrides,
  });
  return {
    ...result,
    settings: { ...settings, extraBearingsDeg },
    sectors,
    directions,
    governing,
    overrides,
  };
}
