import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import { labelFiles } from '../../src/labels/label-files.ts';
import type { LabelStore } from '../../src/labels/label-store.ts';
import type { SplitAssignment } from '../../src/labels/split-by-site.ts';
import { t } from '../shared/localize.ts';
import type { Session } from '../shared/session.ts';
import type { Comparison, LabelsState } from './labels-state.ts';
import { compareModels, judgeLabels } from './model-comparison.ts';
import type { Baseline } from './model-comparison.ts';

const BASELINE = 'baseline';

interface Labels {
  store(): Promise<LabelStore>;
  state(): Pick<LabelsState, 'labels' | 'split'>;
  show(comparison: Comparison): void;
}

/** The labels' way into training and back: what the model said before, and what the next one says. */
export class TrainingRound {
  #session: Session;
  #labels: Labels;
  #comparing: AbortController | null = null;

  constructor(session: Session, labels: Labels) {
    this.#session = session;
    this.#labels = labels;
  }

  /**
   * Labels as files to train on; what the model says of them now is remembered for afterwards.
   * @param onProgress labels asked about, of all that the model has not judged yet
   */
  async files(
    assigned: SplitAssignment,
    { signal, onProgress }: { signal: AbortSignal; onProgress(done: number, total: number): void },
  ): Promise<CheckpointFiles> {
    const store = await this.#labels.store();
    const { model, result } = this.#session.state;
    if (model.status === 'ready' || result) {
      const classifier = await this.#session.classifier();
      const labels = [...this.#labels.state().labels.values()];
      const baseline = await judgeLabels(store, labels, { classifier, signal, onProgress });
      await store.setValue(BASELINE, baseline);
    }
    signal.throwIfAborted();
    return labelFiles(store, { assigned, name: t('labels.dataset') });
  }

  /** What the model in use says of the labels, beside what the one before said. */
  async compare(): Promise<void> {
    this.stop();
    const { signal } = (this.#comparing = new AbortController());
    const show = (comparison: Comparison) => {
      if (!signal.aborted) this.#labels.show(comparison);
    };
    try {
      const store = await this.#labels.store();
      const before = (await store.getValue(BASELINE)) as Baseline | undefined;
      if (!before) return show({ phase: 'none' });
      const classifier = await this.#session.classifier();
      // The one that was there before: nothing has changed yet, or all of it was taken back.
      if (classifier.model.sha256 === before.sha256) return show({ phase: 'none' });
      const labels = [...this.#labels.state().labels.values()];
      const onProgress = (done: number, total: number) => show({ phase: 'running', done, total });
      onProgress(0, labels.length);
      const after = await judgeLabels(store, labels, { classifier, signal, onProgress });
      const { assigned } = this.#labels.state().split;
      const minds = compareModels(labels, assigned, { before, after });
      show({ phase: 'done', before: before.name, after: after.name, ...minds });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      show({ phase: 'failed', message });
    }
  }

  /** Ends a comparison that goes on. */
  stop(): void {
    this.#comparing?.abort();
    this.#comparing = null;
  }
}
