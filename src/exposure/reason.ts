import type { Change } from './distance-to-change.ts';
import type { ExposureDistances } from './distances.ts';
import type { Judgement } from './judge-fetch.ts';

/** Every exposure category is decided by this section. */
export const EXPOSURE_CLAUSE = '26.7.3';

export interface ReasonOptions {
  judgement: Judgement;
  /** [ft] */
  distancesFt: ExposureDistances;
  tolerance: number;
  /** Feet in one unit of the judgement's lengths. */
  feetPerUnit: number;
}

/** One sentence: the rule and the numbers. */
export function reasonOf({
  judgement,
  distancesFt,
  tolerance,
  feetPerUnit,
}: ReasonOptions): string {
  const { reqB, reqD, trans } = distancesFt;
  const feet = (length: number): string => `${tidy(length * feetPerUnit)} ft`;
  const asked = tolerance === 0 ? '' : ` (at least ${percent(1 - tolerance)} of it)`;
  const whyNotD = `no ${tidy(reqD)} ft of roughness D${asked} begins within ${tidy(trans)} ft`;
  let rule: string;
  if (judgement.startD !== null) {
    const start = judgement.startD;
    rule =
      start * feetPerUnit < 0.5
        ? `Exposure D: roughness D prevails upwind from the site for ${tidy(reqD)} ft or more${asked}.`
        : `Exposure D: roughness D prevails for ${tidy(reqD)} ft or more${asked} from ${feet(start)} upwind, within the transition of ${tidy(trans)} ft.`;
  } else if (judgement.exposure === 'B') {
    rule = `Exposure B: roughness B prevails for more than ${tidy(reqB)} ft upwind${asked}, and ${whyNotD}.`;
  } else {
    rule = `Exposure C: roughness B holds ${percent(judgement.shareB)} of the first ${tidy(reqB)} ft, where ${tolerance === 0 ? 'all' : `at least ${percent(1 - tolerance)}`} of more than ${tidy(reqB)} ft is asked, and ${whyNotD}.`;
  }
  return rule;
}

/** One sentence: which boundary, how far it is from changing the category. */
export function changeSentence(change: Change, feetPerUnit: number, where = ''): string {
  const feet = (length: number): string => `${tidy(length * feetPerUnit)} ft`;
  const boundary = `The boundary from ${change.inner} to ${change.outer} at ${feet(change.at)}${where}`;
  const shift = feet(change.shift);
  return shift === '0 ft'
    ? `${boundary} lies exactly at the limit: any further ${change.direction === 'nearer' ? 'in' : 'out'} it would be ${change.to}.`
    : `${boundary} lying ${shift} ${change.direction} would make it ${change.to}.`;
}

/** Feet for reading: to a foot, to a tenth below ten. */
function tidy(feet: number): string {
  return String(feet < 10 ? Math.round(feet * 10) / 10 : Math.round(feet));
}

/** Rounded down to a tenth, so that 99.97 % does not read as all. */
const percent = (share: number): string => `${Math.floor(share * 1000 + 1e-6) / 10} %`;
