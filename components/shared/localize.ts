import { groundStrings } from './strings/ground.ts';
import { labelStrings } from './strings/labels.ts';
import { pageStrings } from './strings/page.ts';
import { plugStrings } from './strings/plug.ts';
import { siteStrings } from './strings/sites.ts';
import { trainStrings } from './strings/train.ts';

/** Every sentence the page can say, by key; `{name}` is a placeholder. */
const strings = {
  ...pageStrings,
  ...groundStrings,
  ...plugStrings,
  ...labelStrings,
  ...siteStrings,
  ...trainStrings,
};
/** Key of one of the words that people see. */
export type StringKey = keyof typeof strings;

/** Words in another language, by key; what is left out stays English. */
export type Translation = Partial<Record<StringKey, string>>;

/** Latest last. */
const translations: { words: Translation; lang: string }[] = [];

/**
 * Puts the host's words in place of ours, for every element of the page that renders after it.
 * Keys and placeholders are those of `components/shared/strings`.
 * @param lang BCP 47 tag of the words, which also formats numbers
 * @returns takes them back
 */
export function useTranslation(words: Translation, lang: string): () => void {
  const entry = { words, lang };
  translations.push(entry);
  return () => {
    const at = translations.indexOf(entry);
    if (at >= 0) translations.splice(at, 1);
  };
}

/** Language that the words are in. */
export const language = (): string => translations.at(-1)?.lang ?? 'en';

/** The words for a key, with `{placeholders}` filled in. */
export function t(key: StringKey, values: Record<string, string | number> = {}): string {
  const words = translations.at(-1)?.words[key] ?? strings[key];
  return words.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}

const formats = new Map<string, Intl.NumberFormat>();

/** A whole number as the language writes it: `1,500`. */
export const wholeText = (value: number): string => decimalText(value, 0);

/** A number with this many decimals as the language writes it: `0.945`, in German `0,945`. */
export function decimalText(value: number, decimals: number): string {
  const lang = language();
  const key = `${lang} ${decimals}`;
  let format = formats.get(key);
  if (!format) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    format = new Intl.NumberFormat(lang, digits);
    formats.set(key, format);
  }
  return format.format(value);
}

/** A date and its time as the language writes them, short. */
export const momentText = (date: Date): string =>
  date.toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short' });
