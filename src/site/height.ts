import { UserError } from './user-error.ts';

export const METRES_PER_FOOT = 0.3048;
/** No building's mean roof stands higher; the tallest tower is 2717 ft. */
const HIGHEST_FT = 3000;

const NUMBER = String.raw`(\d+(?:[.,]\d+)?|[.,]\d+)`;
const FEET_INCHES = new RegExp(
  `^${NUMBER}\\s*(?:ft|feet|foot|'|′)\\s*${NUMBER}\\s*(?:in|inch|inches|"|″|'')$`,
);
const PLAIN = new RegExp(`^(-?)${NUMBER}\\s*(ft|feet|foot|'|′|m|metre|metres|meter|meters)?\\.?$`);

/**
 * Mean roof height as people type it: `25ft`, `7.6 m`, `25' 6"`, `25`.
 * @param bareUnit what a bare number is in; feet unless said
 * @returns feet
 * @throws UserError if the text is not a height above 0 and up to 3000 ft
 */
export function parseHeight(
  text: string,
  { bareUnit = 'ft' }: { bareUnit?: 'ft' | 'm' } = {},
): number {
  const heightFt = readFeet(text.trim().toLowerCase(), bareUnit);
  if (text.trim() === '') {
    throw new UserError('Type a mean roof height in feet or metres, such as 25ft or 7.6m.');
  }
  if (heightFt === null) {
    throw new UserError(
      `Cannot read "${text.trim()}" as a height. Type feet or metres, such as 25ft or 7.6m.`,
    );
  }
  if (heightFt <= 0 || heightFt > HIGHEST_FT) {
    throw new UserError(
      `A mean roof height of "${text.trim()}" is out of bounds: it must be above 0 and at most ${HIGHEST_FT} ft (${Math.round(HIGHEST_FT * METRES_PER_FOOT)} m).`,
    );
  }
  return heightFt;
}

function readFeet(text: string, bareUnit: 'ft' | 'm'): number | null {
  const both = FEET_INCHES.exec(text);
  if (both) return toNumber(both[1]) + toNumber(both[2]) / 12;
  const one = PLAIN.exec(text);
  if (!one) return null;
  const value = toNumber(one[2]) * (one[1] ? -1 : 1);
  return (one[3] ?? bareUnit).startsWith('m') ? value / METRES_PER_FOOT : value;
}

const toNumber = (text = ''): number => Number(text.replace(',', '.'));

export const feetToMetres = (feet: number): number => feet * METRES_PER_FOOT;
export const metresToFeet = (metres: number): number => metres / METRES_PER_FOOT;
