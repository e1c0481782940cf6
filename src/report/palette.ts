import type { Roughness } from '../roughness/category.ts';

/** The colours of the page, light scheme. They differ in lightness too; letters say it again. */
export const FILL: Readonly<Record<Roughness | 'unknown', string>> = {
  B: '#1f7f61',
  C: '#f2b632',
  D: '#27479f',
  unknown: '#a7b1bb',
};

export const INK: Readonly<Record<Roughness | 'unknown', string>> = {
  B: '#ffffff',
  C: '#2b1d02',
  D: '#ffffff',
  unknown: '#1c2530',
};
