import { t } from '../shared/localize.ts';
import type { SessionState } from '../shared/session.ts';

/** How an analysis stands, for a map that stands alone; empty where there is nothing to say. */
export function wordsOfRun({ run, model, result }: SessionState): string {
  if (run.phase === 'loading-model') {
    return t((model.status === 'loading' && model.label) || 'plug.loading');
  }
  if (run.phase === 'running') return t('plug.running', { done: run.done, total: run.total });
  if (run.phase === 'failed') {
    return t('plug.failed', { message: run.message || t('result.nomodel.title') });
  }
  return result ? t('plug.done', { exposure: result.governing }) : '';
}
