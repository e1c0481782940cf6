import type { SiteResult, TileResult } from '../../src/analysis/site-result.ts';
import { t } from '../shared/localize.ts';

export interface Notice {
  level: 'warning' | 'info';
  text: string;
}

/** Worth a line, but nothing that went wrong. */
const INFORMATION = new Set(['synthetic', 'backend']);

/** Everything about an answer that was not as it should be, then how it came about. */
export function noticesOf({ warnings, backend, tiles }: SiteResult): Notice[] {
  const notices = warnings.flatMap(({ code, message }): Notice[] => {
    const notice: Notice = { level: INFORMATION.has(code) ? 'info' : 'warning', text: message };
    return code === 'missing' ? [notice, ...missingReasons(tiles)] : [notice];
  });
  const ran = t('notice.backend', { backend: backend.name, detail: backend.detail });
  return [
    ...notices.filter(({ level }) => level === 'warning'),
    ...notices.filter(({ level }) => level === 'info'),
    { level: 'info', text: ran },
  ];
}

/** What the source said of the tiles it did not show, most frequent first; one address stands for all. */
function missingReasons(tiles: readonly TileResult[]): Notice[] {
  const reasons = new Map<string, { count: number; detail: string }>();
  for (const { missing, detail } of tiles) {
    if (!missing || !detail) continue;
    const reason = detail.replace(/\s*\(?https?:[^\s)]*\)?/g, '');
    const one = reasons.get(reason) ?? { count: 0, detail };
    reasons.set(reason, { ...one, count: one.count + 1 });
  }
  return [...reasons.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, 3)
    .map((reason) => ({ level: 'warning', text: t('notice.missing', reason) }));
}
