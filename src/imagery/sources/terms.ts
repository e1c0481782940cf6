import type { ImageryTerms } from '../image-source.ts';

/** Imagery that people bring themselves. */
export const USERS_OWN_TERMS: ImageryTerms = {
  summary: 'Your own source: its provider’s terms apply, and you answer for them.',
  url: null,
  exportAllowed: true,
};

export const PUBLIC_DOMAIN: ImageryTerms = {
  summary: 'Public domain; acknowledgement asked.',
  url: 'https://www.usgs.gov/information-policies-and-instructions/copyrights-and-credits',
  exportAllowed: true,
};

export const ESRI_TERMS: ImageryTerms = {
  summary: 'Esri terms: attribution required, no dataset export.',
  url: 'https://www.esri.com/en-us/legal/terms/full-master-agreement',
  exportAllowed: false,
};
