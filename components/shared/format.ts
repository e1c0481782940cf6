import { METRES_PER_FOOT } from '../../src/site/height.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import { decimalText, t, wholeText } from './localize.ts';

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

const heightIn = (heightFt: number, unit: LengthUnit): number =>
  Math.round((unit === 'ft' ? heightFt : heightFt * METRES_PER_FOOT) * 10) / 10;

/** A roof height as typed: at most one decimal, no unit; the same in every language. */
export const heightText = (heightFt: number, unit: LengthUnit): string =>
  String(heightIn(heightFt, unit));

/** A roof height to read, as the language writes it: `7.6 m`. */
export function heightWords(heightFt: number, unit: LengthUnit): string {
  const height = heightIn(heightFt, unit);
  return `${decimalText(height, Number.isInteger(height) ? 0 : 1)} ${unit}`;
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** `urban, suburban or wooded`, … */
export function groundText(roughness: Roughness | null): string {
  if (roughness === 'B') return t('ground.B');
  if (roughness === 'C') return t('ground.C');
  if (roughness === 'D') return t('ground.D');
  return t('ground.unknown');
}

/** `34.0368° S, 20.5126° E`: with points in every language, as places are typed. */
export function placeText({ lat, lng }: { lat: number; lng: number }): string {
  const part = (value: number, side: Compass) =>
    `${Math.abs(value).toFixed(4)}° ${t(`compass.${side}`)}`;
  return `${part(lat, lat < 0 ? 'S' : 'N')}, ${part(lng, lng < 0 ? 'W' : 'E')}`;
}

/** The eight wind directions, clockwise from north. */
export const COMPASS = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'] as const;
type Compass = (typeof COMPASS)[number];
const isCompass = (name: string): name is Compass => (COMPASS as readonly string[]).includes(name);

/** `N` → `north`; other names stay. */
export const directionWords = (name: string): string =>
  isCompass(name) ? t(`compass.${name}.long`) : name;

/** `E` → `E`, in German `O`; other names stay. */
export const directionLetters = (name: string): string =>
  isCompass(name) ? t(`compass.${name}`) : name;
