import { decimalText, momentText, t } from '../shared/localize.ts';

/** `40 s`, `7 min`, `2.5 h`: as exact as an estimate can be. */
export function timeText(seconds: number): string {
  if (seconds < 90) return t('train.time.seconds', { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 90 * 60) return t('train.time.minutes', { n: Math.round(seconds / 60) });
  return t('train.time.hours', { n: decimalText(seconds / 3600, 1) });
}

/** `1.4 GB`, `230 MB`. */
export const bytesText = (bytes: number): string =>
  bytes < 1e9 ? `${Math.max(1, Math.round(bytes / 1e6))} MB` : `${decimalText(bytes / 1e9, 1)} GB`;

/** `5.5 M`, `582`. */
export const countText = (count: number): string =>
  count < 1e4 ? String(count) : `${decimalText(count / 1e6, count < 1e6 ? 2 : 1)} M`;

/** Three decimals for losses; enough to see them fall. */
export const lossText = (loss: number): string => decimalText(loss, 3);

/** Local date and time, short. */
export const whenText = (iso: string): string => momentText(new Date(iso));

/** `2e-5`, `0.003`: as people write learning rates. */
export function rateText(rate: number): string {
  return rate !== 0 && rate < 1e-3 ? rate.toExponential().replace('e-0', 'e-') : String(rate);
}
