import { feetToMetres } from '../../src/site/height.ts';
import type { SessionState } from '../shared/session.ts';

/** Circles worth drawing around a site: what the rules ask for at its height. */
export function radiiOf(state: SessionState): { radiusM: number; kind: 'rule' | 'look-out' }[] {
  const heightFt = state.site?.heightFt ?? 25;
  const transitionFt = Math.max(600, 20 * heightFt);
  const lookOutFt = transitionFt + Math.max(5000, 20 * heightFt);
  const lookOutM = state.result?.settings.lookOutM ?? feetToMetres(lookOutFt);
  return [
    { radiusM: feetToMetres(transitionFt), kind: 'rule' },
    { radiusM: lookOutM, kind: 'look-out' },
  ];
}
