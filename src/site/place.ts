import { wrapLng } from './geodesy.ts';
import type { LngLat } from './lng-lat.ts';
import { UserError } from './user-error.ts';

/** Beyond this, Web Mercator imagery ends and east–west scale falls apart [°]. */
export const MAX_SITE_LAT = 85;

/** No two angles take more, and patterns are matched in no time [characters]. */
const LONGEST_TEXT = 100;
const HOW = 'Type latitude, longitude, such as 40.7128, -74.006 or 40°42′46″N 74°0′22″W.';

/**
 * Checks and normalises a building site.
 * @returns the same place, longitude within −180 ≤ lng < 180
 * @throws UserError for anything that is not a number, not on Earth, or within 5° of a pole
 */
export function assertSite({ lng, lat }: LngLat): LngLat {
  if (!Number.isFinite(lat) || !Number.isFinite(lng)) {
    throw new UserError(`A site needs two numbers, not latitude ${lat}, longitude ${lng}. ${HOW}`);
  }
  if (Math.abs(lat) > 90) {
    throw new UserError(`Latitude ${lat} is not on Earth: it runs from -90 to 90. ${HOW}`);
  }
  if (Math.abs(lat) > MAX_SITE_LAT) {
    throw new UserError(
      `Latitude ${lat} is too near a pole: aerial tiles end at ${MAX_SITE_LAT}°. Choose a site between -${MAX_SITE_LAT} and ${MAX_SITE_LAT}.`,
    );
  }
  return { lng: wrapLng(lng) + 0, lat: lat + 0 }; // + 0 turns −0 into 0
}

/** True if text is meant as coordinates, right or wrong, rather than as an address to look up. */
export function looksLikePlace(text: string): boolean {
  const plain = tidy(text);
  return (
    plain.length <= LONGEST_TEXT && /\d/.test(plain) && /^[-+\d\s.,;:/°'"NSEWDMO]*$/.test(plain)
  );
}

/**
 * Reads a site as people type it: `lat, lng` in decimal degrees, degrees-minutes or
 * degrees-minutes-seconds, signs or N/S/E/W before or behind, latitude first unless letters say
 * otherwise.
 * @throws UserError saying what is wrong with the text
 */
export function parsePlace(text: string): LngLat {
  const plain = tidy(text);
  if (plain.length > LONGEST_TEXT) throw new UserError(`That is too long to be a place. ${HOW}`);
  const halves = splitPair(plain);
  const angles = halves?.map(readAngle);
  const [first, second] = angles ?? [];
  if (!first || !second) throw new UserError(`Cannot read "${text.trim()}" as a place. ${HOW}`);
  const swapped = first.axis === 'lng' || second.axis === 'lat';
  if (first.axis && first.axis === second.axis) {
    throw new UserError(
      `"${text.trim()}" gives ${first.axis === 'lat' ? 'two latitudes' : 'two longitudes'}. ${HOW}`,
    );
  }
  const [lat, lng] = swapped ? [second.deg, first.deg] : [first.deg, second.deg];
  if (Math.abs(lat) > 90 && Math.abs(lng) <= 90 && Math.abs(lat) <= 180) {
    throw new UserError(
      `Latitude ${lat} is not on Earth. Latitude comes first: did you mean ${lng}, ${lat}?`,
    );
  }
  if (Math.abs(lng) > 360) {
    throw new UserError(`Longitude ${lng} is not on Earth: it runs from -180 to 180. ${HOW}`);
  }
  return assertSite({ lng, lat });
}

/** Upper case, plain ASCII marks, no words around the numbers. */
function tidy(text: string): string {
  return text
    .trim()
    .toUpperCase()
    .replace(/^GEO:/, '')
    .replace(/[()[\]]/g, ' ')
    .replace(/\b(?:LATITUDE|LAT|LONGITUDE|LONG|LNG|LON)\b\s*[:=]?/g, ' ')
    .replace(/[−–]/g, '-')
    .replace(/[′’‘´`]/g, "'")
    .replace(/[″”“]|''/g, '"')
    .replace(/[º˚]/g, '°')
    .replace(/\bDEG(?:REES)?\b/g, '°')
    .trim();
}

function splitPair(text: string): [string, string] | null {
  const letters = [...text.matchAll(/[NSEW]/g)].map((match) => match.index);
  if (letters.length === 2) {
    const cut = letters[0] === 0 ? letters[1]! : letters[0]! + 1;
    return [text.slice(0, cut).replace(/[,;/\s]+$/, ''), text.slice(cut).replace(/^[,;/\s]+/, '')];
  }
  if (letters.length > 0) return null;
  for (const separator of [';', ',', '/']) {
    const parts = text.split(separator);
    // Where a semicolon parts the two, a comma can only be a decimal one: 40,7128; -74,006.
    const decimal = separator === ';' ? ',' : '.';
    if (parts.length === 2) {
      return [parts[0]!.replace(decimal, '.').trim(), parts[1]!.replace(decimal, '.').trim()];
    }
    if (parts.length > 2) return null;
  }
  // Only spaces: as many numbers for one angle as for the other.
  const numbers = text.split(/\s+/);
  if (numbers.length % 2 !== 0) return null;
  const half = numbers.length / 2;
  return [numbers.slice(0, half).join(' '), numbers.slice(half).join(' ')];
}

/** Marks that may stand behind one, two and three numbers, in this order. */
const MARKS: Record<number, RegExp> = {
  1: /^[°D]?$/,
  2: /^[°D:]?['M]?$/,
  3: /^[°D:]?['M:]?["S]?$/,
};

/** Degrees with sign; `axis` only where a letter names it. Null where the text is no angle. */
function readAngle(text: string): { deg: number; axis: 'lat' | 'lng' | null } | null {
  const letter = /[NSEW]/.exec(text)?.[0];
  const body = text
    .replace(/[NSEW]/, ' ')
    .replace(',', letter ? '.' : ',')
    .trim();
  const sign = /^[-+]/.exec(body)?.[0];
  if (sign && letter) return null;
  const numbers = body
    .slice(sign ? 1 : 0)
    .replace(/[°D:'M"S]/g, ' ')
    .split(/\s+/)
    .filter(Boolean);
  const marks = body.replace(/[-+\d.\s]/g, '');
  const sound =
    numbers.every((number) => /^(\d+\.?\d*|\.\d+)$/.test(number)) &&
    numbers.length <= 3 &&
    MARKS[numbers.length]?.test(marks);
  if (!sound) return null;
  const [degrees, minutes, seconds] = numbers.map(Number);
  // 40.5° 30′ says half a degree twice over.
  if (minutes != null && (!Number.isInteger(degrees) || minutes >= 60)) return null;
  if (seconds != null && (!Number.isInteger(minutes) || seconds >= 60)) return null;
  const size = (degrees ?? 0) + (minutes ?? 0) / 60 + (seconds ?? 0) / 3600;
  const negative = sign === '-' || letter === 'S' || letter === 'W';
  return {
    deg: negative ? -size : size,
    axis: letter ? ('NS'.includes(letter) ? 'lat' : 'lng') : null,
  };
}
