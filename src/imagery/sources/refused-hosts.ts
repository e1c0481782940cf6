import { UserError } from '../../site/user-error.ts';

const GOOGLE =
  /(^|\.)(google\.[a-z.]+|googleapis\.com|googleusercontent\.com|gstatic\.com|ggpht\.com)$/i;
/** Google machines that serve other people's files, not map imagery. */
const GOOGLE_STORAGE = /(^|\.)storage\.(googleapis|cloud\.google)\.com$/i;
const BING = /(^|\.)(virtualearth\.net|bing\.com)$/i;

export const googleRefusal =
  'Google’s map terms forbid machine interpretation of its imagery, so Upwind takes no Google source. Choose naip, usgs, or tiles of your own.';
export const bingRefusal =
  'Bing’s map terms forbid analysing its imagery by machine, so Upwind takes no Bing source. Choose naip, usgs, or tiles of your own.';

/** @throws UserError if the host's terms forbid what Upwind does with pictures */
export function assertLawfulHost(url: string): void {
  const { hostname } = new URL(url);
  if (GOOGLE.test(hostname) && !GOOGLE_STORAGE.test(hostname)) throw new UserError(googleRefusal);
  if (BING.test(hostname)) throw new UserError(bingRefusal);
}
