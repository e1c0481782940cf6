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

/** Words that are spoken somewhere, and the language (BCP 47) that they and numbers are in. */
export interface Voice {
  readonly words: Translation;
  readonly lang: string;
}

/** Of the whole page, latest last. */
const translations: Voice[] = [];
/** Of what renders now; null where it has none of its own. */
let speaking: Voice | null = null;
/** Of the control that was touched last: what it says after its events are over is said in these. */
let touched: Voice | null = null;

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

/**
 * Speaks with the words of one control while `work` runs; what they leave out is said as the page
 * says it. Null speaks as the page does.
 */
export function speakAs<T>(voice: Voice | null, work: () => T): T {
  const before = [speaking, touched] as const;
  [speaking, touched] = [voice, null];
  try {
    return work();
  } finally {
    [speaking, touched] = before;
  }
}

/** Someone touches a control, which speaks until another is touched; null where it goes. */
export function touchVoice(voice: Voice | null): void {
  touched = voice;
}

const own = (): Voice | null => speaking ?? touched;

/** Language that the words are in. */
export const language = (): string => own()?.lang ?? translations.at(-1)?.lang ?? 'en';

/** The words for a key, with `{placeholders}` filled in. */
export function t(key: StringKey, values: Record<string, string | number> = {}): string {
  const words = own()?.words[key] ?? translations.at(-1)?.words[key] ?? strings[key];
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
