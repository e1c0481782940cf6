import { METRES_PER_FOOT } from '../site/height.ts';

/** Whole feet of a length in metres, as people read it. */
export const wholeFeet = (metres: number): number => Math.round(metres / METRES_PER_FOOT);

/** `650 ft (198 m)`. */
export const feetAndMetres = (metres: number): string =>
  `${wholeFeet(metres)} ft (${Math.round(metres)} m)`;

/** `50 ft (15 m)`, to a tenth of a foot below ten feet. */
export function shiftText(feet: number | null): string {
  if (feet === null) return 'none found';
  const shown = feet < 10 ? Math.round(feet * 10) / 10 : Math.round(feet);
  const metres = feet * METRES_PER_FOOT;
  return `${shown} ft (${metres < 10 ? Math.round(metres * 10) / 10 : Math.round(metres)} m)`;
}

/** Height in feet with metres beside. */
export const heightText = (heightFt: number): string =>
  `${Number(heightFt.toFixed(2))} ft (${(heightFt * METRES_PER_FOOT).toFixed(1)} m)`;

/** `92 %`, never 100 % for less than all. */
export const percent = (share: number): string =>
  `${share >= 1 ? 100 : Math.min(99, Math.round(share * 100))} %`;
