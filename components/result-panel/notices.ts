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

/** What the source said of the tiles it did not show, most frequent first. */
function missingReasons(tiles: readonly TileResult[]): Notice[] {
  const counts = new Map<string, number>();
  for (const { missing, detail } of tiles) {
    if (missing && detail) counts.set(detail, (counts.get(detail) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([detail, count]) => ({ level: 'warning', text: t('notice.missing', { count, detail }) }));
}
