import { METRES_PER_FOOT } from '../../src/site/height.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import { t, wholeText } from './localize.ts';

export type LengthUnit = 'ft' | 'm';

/** Rounded to what the tiles can tell: tens above a hundred. */
const rounded = (length: number): number =>
  length >= 100 ? Math.round(length / 10) * 10 : Math.round(length);

/** `1,500 ft` or `460 m`. */
export function lengthText(metres: number, unit: LengthUnit): string {
  const length = unit === 'ft' ? metres / METRES_PER_FOOT : metres;
  return `${wholeText(rounded(length))} ${unit}`;
}

/** Both units, the chosen one first: `1,500 ft (460 m)`. */
export function bothLengths(metres: number, unit: LengthUnit): string {
  const other = unit === 'ft' ? 'm' : 'ft';
  return `${lengthText(metres, unit)} (${lengthText(metres, other)})`;
}

/** A roof height as typed: at most one decimal, no unit. */
export function heightText(heightFt: number, unit: LengthUnit): string {
  const height = unit === 'ft' ? heightFt : heightFt * METRES_PER_FOOT;
  return String(Math.round(height * 10) / 10);
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** `urban, suburban or wooded`, … */
export function groundText(roughness: Roughness | null): string {
  if (roughness === 'B') return t('ground.B');
  if (roughness === 'C') return t('ground.C');
  if (roughness === 'D') return t('ground.D');
  return t('ground.unknown');
}

/** `34.0368° S, 20.5126° E`. */
export function placeText({ lat, lng }: { lat: number; lng: number }): string {
  const part = (value: number, positive: string, negative: string) =>
    `${Math.abs(value).toFixed(4)}° ${value < 0 ? negative : positive}`;
  return `${part(lat, 'N', 'S')}, ${part(lng, 'E', 'W')}`;
}

const COMPASS: Record<string, string> = {
  N: 'north',
  NE: 'north-east',
  E: 'east',
  SE: 'south-east',
  S: 'south',
  SW: 'south-west',
  W: 'west',
  NW: 'north-west',
};

/** `N` → `north`; other names stay. */
export const directionWords = (name: string): string => COMPASS[name] ?? name;
