import type { SiteResult } from '../../src/analysis/site-result.ts';
import { t } from '../shared/localize.ts';

export interface Notice {
  level: 'warning' | 'info';
  text: string;
}

/** Everything about an answer that was not as it should be, then how it came about. */
export function noticesOf(result: SiteResult): Notice[] {
  const { directions, backend, warnings, imagery } = result;
  const open = directions.filter(({ undetermined }) => undetermined).length;
  const flips = directions.filter((d) => d.flips && !d.undetermined).length;
  const counted = (count: number, key: 'notice.flips' | 'notice.undetermined'): Notice[] =>
    count === 0
      ? []
      : [{ level: 'warning', text: count === 1 ? t(`${key}.one`) : t(key, { count }) }];
  return [
    ...counted(open, 'notice.undetermined'),
    ...counted(flips, 'notice.flips'),
    ...warnings.map(({ message }): Notice => ({ level: 'warning', text: message })),
    ...(imagery.synthetic ? [{ level: 'info' as const, text: t('notice.synthetic') }] : []),
    {
      level: 'info',
      text: [
        t('notice.backend', { backend: backend.name, detail: backend.detail }),
        ...backend.rejected.map(({ name, reason }) => t('notice.rejected', { name, reason })),
      ].join(' '),
    },
  ];
}
