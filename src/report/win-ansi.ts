/**
 * The characters of the PDF standard fonts beyond ASCII and Latin-1 (Windows code page 1252).
 * @see PDF 32000-1:2008, annex D
 */
const EXTRA = new Set('€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ');

const LIKE: Readonly<Record<string, string>> = {
  '−': '-',
  '‐': '-',
  '‑': '-',
  '′': "'",
  '″': '"',
  '≤': '<=',
  '≥': '>=',
  '→': '->',
  α: 'alpha',
  β: 'beta',
  '\u00a0': ' ',
  '\u202f': ' ',
  '\u2009': ' ',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ı: 'i',
};

/**
 * Text as the standard fonts can set it: letters lose marks that the fonts do not have, and what
 * remains is shown as `?`, one for each run, rather than left out.
 */
export function toWinAnsi(text: string): string {
  let plain = '';
  for (const char of text.normalize('NFC').replace(/[\r\n\t]+/g, ' ')) {
    if (isWinAnsi(char)) plain += char;
    else if (LIKE[char] !== undefined) plain += LIKE[char];
    else {
      const bare = [...char.normalize('NFD')].filter(isWinAnsi).join('');
      plain += bare || (plain.endsWith('?') ? '' : '?');
    }
  }
  return plain;
}

/** True where some letters of a text can only be set as `?`. */
export const losesLetters = (text: string): boolean =>
  toWinAnsi(text).split('?').length > text.split('?').length;

function isWinAnsi(char: string): boolean {
  const code = char.codePointAt(0)!;
  return (code >= 0x20 && code < 0x7f) || (code > 0xa0 && code <= 0xff) || EXTRA.has(char);
}
