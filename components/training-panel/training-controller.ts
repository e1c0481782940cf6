import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import type {
  CheckpointStore,
  StoredCheckpoint,
} from '../../src/platform/browser/checkpoint-store.ts';
import type { ModelSource } from '../../src/platform/browser/model-source.ts';
import type { TrainingClient } from '../../src/platform/browser/training-client.ts';
import type {
  DatasetSummary,
  Estimate,
  Judgement,
  RunEvent,
  RunOutcome,
  RunRequest,
  StoredRun,
} from '../../src/platform/browser/training-protocol.ts';
import type { Roughness } from '../../src/roughness/category.ts';
import { PRESETS } from '../../src/training/settings.ts';
import type { FineTuneSettings } from '../../src/training/settings.ts';
import type { EpochReport, StepReport } from '../../src/training/trainer-state.ts';
import type { ModelRef } from '../shared/session.ts';
import type { BackendInfo, BackendName } from '../../src/vit/classifier.ts';

/** A run as the panel shows it. */
export interface RunView {
  name: string;
  settings: FineTuneSettings;
  epochs: EpochReport[];
  steps: StepReport[];
  /** Steps of the whole run; 0 before the first. */
  totalSteps: number;
  imagesPerSecond: number;
  backend: BackendInfo | null;
  paused: boolean;
  /** What it does now. */
  last: RunEvent | null;
  /** Step of the last stored state. */
  storedStep: number | null;
}

/** The next run as it is being set up. */
export interface Draft {
  settings: FineTuneSettings;
  /** Base model that was chosen; null for the one that offers itself. */
  base: ModelRef | null;
  /** Name of the model to be; empty for the one that offers itself. */
  name: string;
  allowMissing: boolean;
}

/** Everything the panel shows. One immutable snapshot; views read it and call the controller. */
export interface TrainingState {
  draft: Draft;
  /** `download`: bytes of a file that comes from the Hub. */
  reading: { done: number; total: number; download?: { loaded: number; total: number } } | null;
  /** Class names that need an answer. */
  asking: string[] | null;
  dataset: DatasetSummary | null;
  estimate: Estimate | null;
  run: RunView | null;
  outcome: RunOutcome | null;
  stored: StoredRun | null;
  models: StoredCheckpoint[];
  error: string | null;
}

export const NOTHING_YET: TrainingState = {
  draft: { settings: PRESETS.head, base: null, name: '', allowMissing: false },
  reading: null,
  asking: null,
  dataset: null,
  estimate: null,
  run: null,
  outcome: null,
  stored: null,
  models: [],
  error: null,
};

/** The hosts behind the panel; tests pass their own. */
export interface TrainingPorts {
  client(): Promise<TrainingClient>;
  models(): Promise<CheckpointStore>;
}

/** The panel's store: talks to the training worker, keeps what it answers. Knows no Lit. */
export class TrainingController {
  #state: TrainingState = NOTHING_YET;
  #listeners = new Set<() => void>();
  #client: Promise<TrainingClient> | null = null;
  #files: CheckpointFiles | null = null;
  #reading: AbortController | null = null;
  #estimating = 0;
  /** The run that goes on, from the press of the button: its worker may hear of it much later. */
  #running: { stop: AbortController; paused: boolean } | null = null;
  #began = false;
  #disposed = false;

  constructor(private readonly ports: TrainingPorts) {}

  get state(): TrainingState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(change: Partial<TrainingState>): void {
    if (this.#disposed) return;
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }

  /** The worker; another one where that has stopped, which knows nothing of the pictures. */
  async #worker(): Promise<TrainingClient> {
    const before = this.#client;
    const stopped = await before?.then(
      (client) => client.broken,
      () => true,
    );
    if (stopped && this.#client === before) {
      void before?.then((client) => client.dispose()).catch(() => {});
      this.#client = null;
      this.#set({ dataset: null, estimate: null });
    }
    return (this.#client ??= this.ports.client());
  }

  change(draft: Partial<Draft>): void {
    this.#set({ draft: { ...this.#state.draft, ...draft } });
  }

  /** What an earlier visit left: models, and perhaps an interrupted run. Once is enough. */
  async begin(): Promise<void> {
    if (this.#began) return;
    this.#began = true;
    await this.#try(async () => {
      await this.listModels();
      this.#set({ stored: await (await this.#worker()).storedRun({ wait: true }) });
    });
  }

  async openDataset(
    files: CheckpointFiles,
    { classes = {}, seed }: { classes?: Record<string, Roughness>; seed: number },
  ): Promise<void> {
    this.#files = files;
    // Pictures chosen while others are read take their place.
    this.#reading?.abort();
    const reading = (this.#reading = new AbortController());
    const { signal } = reading;
    this.#estimating++;
    this.#set({ reading: { done: 0, total: 0 }, asking: null, dataset: null, estimate: null });
    const mine = (change: Partial<TrainingState>) => {
      if (this.#reading === reading) this.#set(change);
    };
    await this.#try(async () => {
      const request = { name: files.name, classes, seed };
      const answer = await (
        await this.#worker()
      ).openDataset(files, request, (done, total) => mine({ reading: { done, total } }), {
        signal,
        onDownload: (loaded, total) =>
          mine({ reading: { done: 0, total: 0, download: { loaded, total } } }),
      });
      if ('unknownClasses' in answer) mine({ asking: answer.unknownClasses });
      else mine({ dataset: answer, outcome: null, run: null });
    });
    mine({ reading: null });
    if (this.#reading === reading) this.#reading = null;
  }

  /** Stops reading pictures; what was open before is gone, as it was when the reading began. */
  stopReading(): void {
    this.#reading?.abort();
  }

  /** Reads the same files again, now that the classes are explained. */
  async answerClasses(classes: Record<string, Roughness>, seed: number): Promise<void> {
    if (this.#files) await this.openDataset(this.#files, { classes, seed });
  }

  thumbnail(id: string, side: number): Promise<Blob> {
    return this.#worker().then((client) => client.thumbnail(id, side));
  }

  async estimate(request: RunRequest): Promise<void> {
    const turn = ++this.#estimating;
    this.#set({ estimate: null });
    try {
      const estimate = await (await this.#worker()).estimate(request);
      if (turn === this.#estimating) this.#set({ estimate });
    } catch (error) {
      if (turn === this.#estimating) this.#set({ error: wordsOf(error) });
    }
  }

  /** @param resume goes on with the stored run, whose dataset is opened first */
  async train(request: RunRequest, { resume = false } = {}): Promise<void> {
    if (this.#running) return;
    const running = (this.#running = { stop: new AbortController(), paused: false });
    const { stored } = this.#state;
    const before = resume ? stored : null;
    this.#set({
      error: null,
      outcome: null,
      stored: null,
      run: {
        name: request.name,
        settings: request.settings,
        epochs: before?.epochs ?? [],
        steps: before?.steps ?? [],
        totalSteps: 0,
        imagesPerSecond: 0,
        backend: null,
        paused: false,
        last: null,
        storedStep: null,
      },
    });
    try {
      const client = await this.#worker();
      if (resume) {
        const dataset = await client.restoreDataset({ signal: running.stop.signal });
        running.stop.signal.throwIfAborted();
        this.#set({ dataset });
      }
      const onEvent = (event: RunEvent) => this.#hear(event);
      running.stop.signal.throwIfAborted();
      const outcome = client.run(request, { resume, onEvent });
      running.stop.signal.addEventListener('abort', () => client.cancel());
      if (running.paused) client.pause();
      await this.#finished(await outcome);
    } catch (error) {
      await this.#broken(error);
    } finally {
      this.#running = null;
    }
  }

  async #finished(outcome: RunOutcome): Promise<void> {
    await this.listModels();
    const { run } = this.#state;
    // The last epochs may still be on their way: they come by another channel.
    this.#set({ outcome, run: run && { ...run, paused: false, epochs: outcome.epochs } });
  }

  async #broken(error: unknown): Promise<void> {
    const stopped = error instanceof Error && error.name === 'AbortError';
    this.#set({
      run: null,
      stored: await this.#worker()
        .then((client) => client.storedRun())
        .catch(() => null),
      error: stopped ? null : wordsOf(error),
    });
  }

  async resumeStored(): Promise<void> {
    const { stored } = this.#state;
    if (stored) await this.train(stored.request, { resume: true });
  }

  async forgetStored(): Promise<void> {
    await this.#try(async () => {
      await (await this.#worker()).forgetRun();
      this.#set({ stored: null });
    });
  }

  /** Takes effect once the run has begun, if it has not. */
  async pause(): Promise<void> {
    if (this.#running) this.#running.paused = true;
    (await this.#worker()).pause();
  }

  async goOn(): Promise<void> {
    if (this.#running) this.#running.paused = false;
    (await this.#worker()).goOn();
    if (this.#state.run) this.#set({ run: { ...this.#state.run, paused: false } });
  }

  stop(): void {
    this.#running?.stop.abort();
  }

  judge(
    source: ModelSource,
    onProgress: (done: number, total: number) => void,
  ): Promise<Judgement> {
    return this.#worker().then((client) => client.judge(source, onProgress));
  }

  /** Puts the last run away, to set up the next one. */
  clearRun(): void {
    this.#set({ run: null, outcome: null });
  }

  async listModels(): Promise<void> {
    this.#set({ models: await (await this.ports.models()).list() });
  }

  async renameModel(id: string, name: string): Promise<void> {
    await this.#try(async () => {
      await (await this.ports.models()).rename(id, name);
      await this.listModels();
    });
  }

  async removeModel(id: string): Promise<void> {
    await this.#try(async () => {
      await (await this.ports.models()).remove(id);
      await this.listModels();
    });
  }

  /** Files of a stored model, for a download. */
  async modelFiles(id: string): Promise<CheckpointFiles> {
    return (await this.ports.models()).open(id);
  }

  say(error: unknown): void {
    this.#set({ error: wordsOf(error) });
  }

  dispose(): void {
    this.#disposed = true;
    void this.#client?.then((client) => client.dispose()).catch(() => {});
    this.#listeners.clear();
  }

  #hear(event: RunEvent): void {
    const { run } = this.#state;
    if (!run) return;
    const next: RunView = { ...run, last: event };
    if (event.stage === 'backend') next.backend = event.info;
    if (event.stage === 'paused') next.paused = true;
    if (event.stage === 'stored') {
      next.storedStep = event.step;
      next.last = run.last;
    }
    if (event.stage === 'step') {
      next.paused = false;
      // A device that was lost goes back to its last state: what it had done after is done again.
      const kept = run.steps.filter(({ step }) => step < event.report.step);
      next.steps = [...kept, event.report];
      next.totalSteps = event.total;
      next.imagesPerSecond = event.imagesPerSecond;
    }
    if (event.stage === 'epoch') {
      const kept = run.epochs.filter(({ epoch }) => epoch < event.report.epoch);
      next.epochs = [...kept, event.report];
    }
    this.#set({ run: next });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.#set({ error: null });
    try {
      await work();
    } catch (error) {
      if ((error as Error).name !== 'AbortError') this.#set({ error: wordsOf(error) });
    }
  }
}

const wordsOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The asked-for backend first; the others stay as a way out, which the run then says. */
export function backendOrder(backend: BackendName | null): {
  order?: BackendName[];
  softwareGpu?: boolean;
} {
  if (backend === null) return {};
  const order: BackendName[] = ['webgpu', 'wasm', 'cpu'];
  return {
    order: [backend, ...order.filter((one) => one !== backend && one !== 'webgpu')],
    softwareGpu: backend === 'webgpu',
  };
}
