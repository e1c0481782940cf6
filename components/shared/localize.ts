import { groundStrings } from './strings/ground.ts';
import { labelStrings } from './strings/labels.ts';
import { pageStrings } from './strings/page.ts';
import { siteStrings } from './strings/sites.ts';
import { trainStrings } from './strings/train.ts';

/** Every sentence the page can say, by key; `{name}` is a placeholder. */
const strings = {
  ...pageStrings,
  ...groundStrings,
  ...labelStrings,
  ...siteStrings,
  ...trainStrings,
};
export type StringKey = keyof typeof strings;

/** The words for a key, with `{placeholders}` filled in. */
export function t(key: StringKey, values: Record<string, string | number> = {}): string {
  return strings[key].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
