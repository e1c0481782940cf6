import { segmentOf } from '../exposure/assess-site.ts';
import type { Roughness } from '../roughness/category.ts';
import { assessTiles } from './assess-tiles.ts';
import { relabelTile } from './read-tile.ts';
import { siteResultSchema } from './site-result.ts';
import type { Override, SiteResult } from './site-result.ts';
import { warningsOf } from './warnings.ts';

/** What people may change about an answer without looking at the ground again. */
export interface Reassessment {
  /** A person's word on tiles, by id; null takes it back. */
  labels?: ReadonlyMap<string, Roughness | null>;
  /** Replaces the whole list of overrides. */
  overrides?: Override[];
  heightFt?: number;
  settings?: Partial<
    Pick<
      SiteResult['settings'],
      'edition' | 'tolerance' | 'conservative' | 'confidenceFloor' | 'extraBearingsDeg'
    >
  >;
}

/** Warnings that come from looking at the ground, which judging again does not repeat. */
const KEPT_CODES = new Set(['tile-size-assumed']);

/**
 * Judges the sectors of an answer again, from its own tiles. The given result stays as it was.
 * A greater height needs ground further out than was seen: that ground counts as not known.
 */
export function reassess(result: SiteResult, change: Reassessment): SiteResult {
  const settings = { ...result.settings, ...change.settings };
  const site = { ...result.site, heightFt: change.heightFt ?? result.site.heightFt };
  const overrides = change.settings?.extraBearingsDeg
    ? byName(change.overrides ?? result.overrides, result)
    : (change.overrides ?? result.overrides);
  const tiles = result.tiles.map((tile) => {
    const label = change.labels?.get(tile.id);
    const relabelled = label === undefined ? tile : relabelTile(tile, label);
    return {
      ...relabelled,
      unsure: tile.probabilities !== null && tile.confidence < settings.confidenceFloor,
    };
  });
  const assessment = assessTiles({ site, heightFt: site.heightFt, settings, tiles, overrides });
  const judged: SiteResult = {
    ...result,
    site,
    settings,
    tiles,
    overrides,
    sectors: assessment.sectors,
    directions: assessment.directions,
    governing: assessment.governing,
  };
  judged.warnings = [
    ...result.warnings.filter(({ code }) => KEPT_CODES.has(code)),
    ...warningsOf(judged),
    ...assessment.warnings,
  ];
  return siteResultSchema.parse(judged);
}

/** Sectors made for further bearings have other places once those change, but not other names. */
function byName(overrides: readonly Override[], { sectors }: SiteResult): Override[] {
  return overrides.map((override) => {
    if (override.target !== 'segment') return override;
    const { sector, segment } = segmentOf(override, sectors);
    const name = sectors[sector]?.name;
    return sector < FIXED_SECTORS || !name ? override : { ...override, id: `${name}:${segment}` };
  });
}

const FIXED_SECTORS = 8;
