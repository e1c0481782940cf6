/**
 * Surface roughness categories of ASCE/SEI 7, section 26.7.2, from roughest to smoothest.
 */
export const ROUGHNESS = ['B', 'C', 'D'] as const;
/** Surface roughness category of ASCE 7, 26.7.2. */
export type Roughness = (typeof ROUGHNESS)[number];

/** Severity of the wind load that a category brings: B < C < D. */
export const severity = (roughness: Roughness): number => ROUGHNESS.indexOf(roughness);

/** The more severe of two categories. */
export const worst = (a: Roughness, b: Roughness): Roughness => (severity(b) > severity(a) ? b : a);
