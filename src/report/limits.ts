import type { SiteResult } from '../analysis/site-result.ts';

export const SYNTHETIC_NOTE = 'SYNTHETIC SCENE, NO PLACE ON EARTH';

/** What the method cannot do, in words for whoever checks the calculation. */
export function limitsOf({ settings, imagery }: SiteResult): string[] {
  return [
    ...(imagery.synthetic
      ? ['The imagery is a synthetic demonstration scene. This report describes no place on Earth.']
      : []),
    'The rules and numbers of section 26.7 were verified against public quotations, not against a licensed copy of the standard. Check them against yours.',
    `Roughness is judged by a statistical model from aerial pictures, one category for each tile of ${settings.tileM} m. It does not see heights, and it errs. Boundaries are known to about half a tile.`,
    'The picture shows the ground on its date. Clearing, building and seasons since then are not in it.',
    'The standard does not say by a number what prevails. Here a category prevails when its mean share over the rays of a 45° sector reaches one less the tolerance chosen. The strict reading allows no other ground.',
    'Hills, ridges and escarpments (26.8), wind-borne debris, hurricane coastlines and shelter by single buildings are not considered.',
    'A professional engineer must review the ground, the categories and this report before they are used in design.',
  ];
}
