import { exposureDistancesFt } from '../../src/exposure/distances.ts';
import { feetToMetres } from '../../src/site/height.ts';
import type { FetchMark } from '../fetch-strip/fetch-strip.ts';
import { lengthText } from '../shared/format.ts';
import type { SessionState } from '../shared/session.ts';
import { t } from '../shared/localize.ts';

/** Circles worth drawing around a site: what the rules ask for at its height. */
export function radiiOf(state: SessionState): { radiusM: number; kind: 'rule' | 'look-out' }[] {
  const { trans, reqB, lookOut } = distancesOf(state);
  return [
    { radiusM: feetToMetres(trans), kind: 'rule' },
    { radiusM: feetToMetres(reqB), kind: 'rule' },
    { radiusM: feetToMetres(lookOut), kind: 'look-out' },
  ];
}

/** The same distances as marks on a fetch strip. */
export function marksOf(state: SessionState): FetchMark[] {
  const { trans, reqB } = distancesOf(state);
  const label = (lengthFt: number, letter: string) =>
    t('strip.mark', { letter, length: lengthText(feetToMetres(lengthFt), state.settings.unit) });
  return [
    { lengthFt: trans, label: label(trans, 'D') },
    { lengthFt: reqB, label: label(reqB, 'B') },
  ];
}

function distancesOf({ site, result, settings }: SessionState) {
  const heightFt = result?.site.heightFt ?? site?.heightFt ?? 25;
  return exposureDistancesFt(heightFt, result?.settings.edition ?? settings.edition);
}
