/**
 * Mid-morning sun: from the south-east, 44° high. Shadows fall to the north-west, about as long as
 * things are tall.
 */
const AZIMUTH_RAD = (140 * Math.PI) / 180;
const ELEVATION_RAD = (44 * Math.PI) / 180;

/** Unit vector on the ground towards the sun. */
export const SUN_X = Math.sin(AZIMUTH_RAD);
export const SUN_Y = Math.cos(AZIMUTH_RAD);

/** Shadow length of one metre of height. */
export const SHADOW_PER_HEIGHT = 1 / Math.tan(ELEVATION_RAD);

/** Brightness of a slope against level ground: sun by Lambert, plus skylight. */
export function slopeLight(downhillX: number, downhillY: number, pitchRad: number): number {
  const towards = downhillX * SUN_X + downhillY * SUN_Y;
  const direct =
    Math.cos(pitchRad) +
    (Math.sin(pitchRad) * towards * Math.cos(ELEVATION_RAD)) / Math.sin(ELEVATION_RAD);
  return 0.3 + 0.7 * Math.max(0, direct);
}
