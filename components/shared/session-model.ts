import type { ExplainingClassifier, ModelInfo } from '../../src/vit/classifier.ts';
import { wordsOf } from './session-core.ts';
import type { SessionCore } from './session-core.ts';
import type { ModelRef } from './session-types.ts';

/** There is no checkpoint to run. */
export class NoModelError extends Error {
  override name = 'NoModelError';
}

/** The model of a session: one is loaded, is on its way, or is still to be asked for. */
export class SessionModel {
  readonly #core: SessionCore;
  #classifier: Promise<ExplainingClassifier> | null = null;
  #loading: AbortController | null = null;
  #ended = false;
  /** Counts choices, so that the last of them stays. */
  #asked = 0;

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** True where a model is loaded or on its way. */
  get begun(): boolean {
    return this.#classifier !== null;
  }

  /** Loads a checkpoint and makes it the one in use; what became of it is in the state. */
  async use(ref: ModelRef): Promise<void> {
    this.#asked++;
    // A File cannot be kept in the settings; what is stored on this device can.
    if (ref.kind !== 'files') {
      this.#core.set({ settings: { ...this.#core.state.settings, model: ref } });
      this.#core.save();
    }
    if (this.#core.state.result) this.#core.set({ stale: true });
    const classifier = await this.#load(ref).catch(() => null);
    if (classifier && ref.kind === 'files') await this.#keepModel(ref, classifier.model);
  }

  /** @param onUse one that is in use makes room */
  async choose(ref: ModelRef | null, onUse: () => void): Promise<{ loading: Promise<void> }> {
    const asked = ++this.#asked;
    const nothing = { loading: Promise.resolve() };
    if (!this.begun && this.#core.state.model.status === 'none') {
      this.#core.set({
        settings: { ...this.#core.state.settings, model: ref },
        stale: this.#core.state.result !== null,
      });
      this.#core.save();
      return nothing;
    }
    const next = ref ?? (await this.#core.ports.bundledModel());
    // Another was chosen while the page's own was looked for.
    if (!next || asked !== this.#asked) return nothing;
    onUse();
    return { loading: this.use(next) };
  }

  /** A dropped model that works stays on this device, so that the next visit has it too. */
  async #keepModel(ref: ModelRef & { kind: 'files' }, info: ModelInfo): Promise<void> {
    const kept = await this.#core.ports
      .keepModel(ref, info)
      .catch((error: unknown) => wordsOf(error));
    const { model } = this.#core.state;
    if (model.status !== 'ready' || model.ref !== ref) return;
    if (typeof kept === 'string') return this.#core.set({ model: { ...model, notKept: kept } });
    this.#core.set({
      model: { ...model, ref: kept },
      settings: { ...this.#core.state.settings, model: kept },
    });
    this.#core.save();
  }

  /** Takes the place of the one before at once: whoever asks for the model meanwhile waits for this. */
  #load(ref: ModelRef): Promise<ExplainingClassifier> {
    const freed = this.release();
    const loading = new AbortController();
    this.#loading = loading;
    let settled = false;
    this.#core.set({ model: { status: 'loading', ref, label: '', loaded: 0, total: null } });
    const classifier = freed
      .then(() => {
        loading.signal.throwIfAborted();
        if (this.#ended) throw ended();
        return this.#core.ports.loadModel(ref, {
          signal: loading.signal,
          backend: this.#core.state.settings.backend,
          onProgress: (loaded, total, label) => {
            // What comes late, by another channel than the answer, is no news.
            if (loading.signal.aborted || settled) return;
            this.#core.set({ model: { status: 'loading', ref, label, loaded, total } });
          },
        });
      })
      .then(
        (ready) => {
          settled = true;
          if (loading.signal.aborted) {
            void ready.dispose();
            throw new DOMException('Cancelled', 'AbortError');
          }
          this.#core.set({
            model: { status: 'ready', ref, info: ready.model, backend: ready.backend },
          });
          return ready;
        },
        (error: unknown) => {
          settled = true;
          if (!loading.signal.aborted) {
            this.#classifier = null;
            this.#core.set({ model: { status: 'failed', ref, message: wordsOf(error) } });
          }
          throw error;
        },
      );
    this.#classifier = classifier;
    classifier.catch(() => undefined);
    return classifier;
  }

  /**
   * The checkpoint that the next run will use: the chosen one, or the page's own.
   * @throws NoModelError where there is none
   */
  async find(): Promise<ModelRef> {
    const own = this.#core.state.settings.model ?? (await this.#core.ports.bundledModel());
    // One may have been chosen while the page's own was looked for.
    const ref = this.#core.state.settings.model ?? own;
    if (ref) return ref;
    this.#core.set({ model: { status: 'none', message: '' } });
    throw new NoModelError();
  }

  /**
   * The model in use, loading the chosen one (or the page's own) the first time.
   * @throws UserError where there is no model or it does not load; AbortError once the session ended
   */
  async classifier(): Promise<ExplainingClassifier> {
    if (this.#classifier) return this.#classifier;
    const ref = await this.find();
    if (this.#ended) throw ended();
    return this.#classifier ?? this.#load(ref);
  }

  /** Lets go of the model for good: whoever still waits for one starts no engine. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.release();
  }

  /** Lets go of the model, or of one that is on its way. */
  async release(): Promise<void> {
    this.#loading?.abort();
    const old = this.#classifier;
    this.#classifier = null;
    if (old) await old.then((classifier) => classifier.dispose()).catch(() => undefined);
  }
}

const ended = () => new DOMException('The session has ended.', 'AbortError');
