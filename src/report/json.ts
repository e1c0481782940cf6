import { siteResultSchema } from '../analysis/site-result.ts';
import type { SiteResult } from '../analysis/site-result.ts';

/** The result as a file: keys in the schema's order, so that equal results are equal bytes. */
export const resultJson = (result: SiteResult): string =>
  `${JSON.stringify(siteResultSchema.parse(result), null, 2)}\n`;
