import { t } from '../shared/localize.ts';
import type { SessionState } from '../shared/session.ts';

/** A run in words, at most every fifth of the way: a screen reader must keep up. */
export class Announcer {
  #announced = 0;

  /** null where there is nothing new to say. */
  wordsOf({ run, result }: SessionState): string | null {
    if (run.phase === 'running') {
      const fifth = run.total > 0 ? Math.floor((5 * run.done) / run.total) : 0;
      const news = fifth !== this.#announced || run.done === 0;
      this.#announced = fifth;
      if (!news) return null;
      return run.done === 0 ? t('live.started') : t('live.progress', { ...run });
    }
    if (run.phase === 'done' && result) return t('live.done', { exposure: result.governing });
    if (run.phase === 'cancelled') return t('live.cancelled', { done: run.done });
    if (run.phase !== 'failed') return null;
    return t('live.failed', { message: run.noModel ? t('result.nomodel') : run.message });
  }
}
