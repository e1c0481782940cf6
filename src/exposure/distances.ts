import { METRES_PER_FOOT } from '../site/height.ts';
import { UserError } from '../site/user-error.ts';
import { editionTable } from './editions.ts';
import type { Edition } from './editions.ts';

/** Distances of 26.7.3 for one building, in feet or, scaled, in metres. */
export interface ExposureDistances {
  /** Exposure B: roughness B must prevail for more than this. */
  reqB: number;
  /** Exposure D: roughness D must prevail for this. */
  reqD: number;
  /** Exposure D: the D ground may begin this far out. */
  trans: number;
  /** Nothing further out than trans + reqD can matter. */
  lookOut: number;
}

/**
 * @param heightFt mean roof height h [ft]
 * @returns [ft]; 1500, 5000, 600 and 5600 for h ≤ 30 ft
 * @throws UserError if the height is not above 0
 */
export function exposureDistancesFt(heightFt: number, edition?: Edition): ExposureDistances {
  if (!Number.isFinite(heightFt) || heightFt <= 0) {
    throw new UserError(`Mean roof height must be above 0 ft, not ${heightFt}.`);
  }
  const table = editionTable(edition);
  const longer = (least: number, perHeight: number): number =>
    Math.max(least, perHeight * heightFt);
  const reqB =
    heightFt <= table.lowRoof.value
      ? table.exposureBLow.value
      : longer(table.exposureB.value, table.exposureBPerHeight.value);
  const reqD = longer(table.exposureD.value, table.exposureDPerHeight.value);
  const trans = longer(table.transition.value, table.transitionPerHeight.value);
  return { reqB, reqD, trans, lookOut: trans + reqD };
}

/** The same in metres. */
export function exposureDistancesM(heightFt: number, edition?: Edition): ExposureDistances {
  const { reqB, reqD, trans, lookOut } = exposureDistancesFt(heightFt, edition);
  return {
    reqB: reqB * METRES_PER_FOOT,
    reqD: reqD * METRES_PER_FOOT,
    trans: trans * METRES_PER_FOOT,
    lookOut: lookOut * METRES_PER_FOOT,
  };
}

/** How far around a building the ground can matter [m]: 1706.88 for h ≤ 30 ft. */
export const lookOutM = (heightFt: number, edition?: Edition): number =>
  exposureDistancesM(heightFt, edition).lookOut;
