import { css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CheckpointFiles } from '../../src/checkpoint/file-set.ts';
import type { RunRequest, StoredRun } from '../../src/platform/browser/training-protocol.ts';
import { formStyles } from '../shared/form-styles.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { packagedModel } from '../shared/own-session.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { ModelRef, Session, SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import './base-picker.ts';
import { keyOf, refName } from './base-picker.ts';
import type { BaseEvent } from './base-picker.ts';
import './compare-models.ts';
import type { ComparedModel } from './compare-models.ts';
import './dataset-view.ts';
import './model-list.ts';
import './outcome-view.ts';
import './run-view.ts';
import './train-form.ts';
import type { SettingsEvent } from './train-form.ts';
import { backendOrder } from './training-controller.ts';
import type { Draft, TrainingController, TrainingState } from './training-controller.ts';
import { browserTraining, trainingOf } from './training-of.ts';
import type { UpwindUseModelEvent } from './training-panel.events.ts';
import { trainStyles } from './training-panel.styles.ts';
import { bytesText, countText, timeText, whenText } from './words.ts';

/** Labels opened last: handed to every panel that the page makes, they are read once. */
let opened: CheckpointFiles | null = null;

const panelStyles = css`
  .pane {
    padding: 4px 18px 20px;
  }
`;

/**
 * Fine-tunes a model in the browser: pictures, recipe, live curves, outcome, stored models.
 * @summary Training panel.
 * @event {UpwindUseModelEvent} upwind-use-model - a model is to be used on the map; with a session
 *   and unless cancelled the panel switches to it itself
 * @csspart start - button that starts a run
 */
@customElement('upwind-trainer')
export class UpwindTrainer extends SessionElement {
  static override styles = [tokens, base, formStyles, trainStyles, panelStyles];
  protected override readonly watches: readonly (keyof SessionState)[] = ['model', 'settings'];

  /** Pictures to open, such as a person's labels: read as imagefolder or parquet. */
  @property({ attribute: false }) files: CheckpointFiles | null = null;
  /** Model to start from, without a session; the package's own where left out. */
  @property({ attribute: false }) baseModel: ModelRef | null = null;

  @state() private bundled: ModelRef | null = null;
  /** The session's, once it is known, so that a run outlives this element; else its own. */
  #own: TrainingController | null = null;
  /** Whose training that is. */
  #ownOf: Session | null = null;
  #unfollow: (() => void) | null = null;
  #estimated = '';

  get #training(): TrainingController {
    if (this.#own) return this.#own;
    this.#ownOf = this.session;
    return (this.#own = this.session ? trainingOf(this.session) : browserTraining());
  }

  /** What the panel shows, for whoever embeds it. */
  get state(): TrainingState {
    return this.#training.state;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeunload', this.#onLeave);
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.#onLeave);
    this.#letGo();
  }

  #letGo(): void {
    this.#unfollow?.();
    this.#unfollow = null;
    // Without a session nobody else holds the controller and its worker.
    if (!this.#ownOf) this.#own?.dispose();
    this.#own = this.#ownOf = null;
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    // A page may bring its session after the element. A run is not taken from whoever watches it.
    if (this.#own && this.#ownOf !== this.session && !this.#busy) this.#letGo();
    // Here, not on connecting: the session comes with the context, after that.
    if (this.isConnected && !this.#unfollow) {
      this.#unfollow = this.#training.subscribe(() => this.requestUpdate());
      void this.#training.begin();
    }
    if (changed.has('files') && this.files && this.files !== opened && !this.#busy) {
      opened = this.files;
      void this.#training.openDataset(this.files, { seed: this.#draft.settings.seed });
    }
  }

  override updated(_changed: PropertyValues): void {
    if (!this.bundled) {
      const found = this.session ? this.session.bundledModel() : packagedModel();
      void found.then((ref) => (this.bundled ??= ref));
    }
    this.#estimate();
  }

  override render() {
    const { dataset, run, outcome, stored, error } = this.#training.state;
    return html`<div class="stack pane">
      ${dataset || run || stored ? nothing : html`<p class="muted">${t('train.intro')}</p>`}
      ${error ? html`<p class="alert" role="alert">${icon('warning')} ${error}</p>` : nothing}
      ${stored && !run ? this.#interrupted(stored) : nothing}
      <upwind-train-data
        .training=${this.#training}
        .seed=${this.#draft.settings.seed}
        ?locked=${this.#busy}
      ></upwind-train-data>
      ${dataset && !run ? this.#setup() : nothing}
      <upwind-train-run .training=${this.#training} ?hidden=${!run}></upwind-train-run>
      <upwind-train-outcome
        .training=${this.#training}
        .inUse=${this.#inUse}
        ?hidden=${!outcome}
        @upwind-use-model=${this.#onUse}
        @again=${() => this.#training.clearRun()}
      ></upwind-train-outcome>
      <upwind-train-models
        .training=${this.#training}
        .inUse=${this.#inUse}
        @upwind-use-model=${this.#onUse}
      ></upwind-train-models>
      <upwind-train-compare
        .training=${this.#training}
        .candidates=${this.#candidates}
      ></upwind-train-compare>
    </div>`;
  }

  get #draft(): Draft {
    return this.#training.state.draft;
  }

  get #busy(): boolean {
    const { run, outcome } = this.#training.state;
    return run !== null && outcome === null;
  }

  get #onMap(): ModelRef | null {
    const model = this.session?.state.model;
    return model && 'ref' in model ? model.ref : (this.session?.state.settings.model ?? null);
  }

  get #inUse(): string | null {
    const ref = this.#onMap;
    return ref?.kind === 'stored' ? ref.id : null;
  }

  get #base(): ModelRef | null {
    return this.#draft.base ?? this.#onMap ?? this.baseModel ?? this.bundled;
  }

  get #candidates(): ComparedModel[] {
    const stored = this.#training.state.models.map(
      ({ id, name }) => ({ kind: 'stored', id, name }) as ModelRef,
    );
    const refs = [...stored, this.#onMap, this.baseModel, this.bundled].filter(
      (ref) => ref !== null,
    );
    const byKey = new Map(refs.map((ref) => [keyOf(ref), ref]));
    return [...byKey].map(([key, ref]) => ({ key, name: refName(ref), source: ref }));
  }

  #interrupted({ request, epochs, steps, saved }: StoredRun) {
    const values = {
      name: request.name,
      epoch: epochs.length,
      epochs: request.settings.epochs,
      step: steps.at(-1)?.step ?? 0,
      when: whenText(saved),
    };
    return html`<section class="alert" aria-label=${t('train.stored')}>
      <strong>${t('train.stored')}</strong>
      <p>
        ${t(steps.length > 0 ? 'train.stored.after' : 'train.stored.fresh', values)}
        ${t('train.stored.once')}
      </p>
      <div class="actions">
        <button class="button primary" @click=${() => void this.#training.resumeStored()}>
          ${t('train.stored.resume')}
        </button>
        <button class="button" @click=${() => void this.#training.forgetStored()}>
          ${t('train.stored.forget')}
        </button>
      </div>
    </section>`;
  }

  #setup() {
    const { dataset } = this.#training.state;
    const { settings, name, allowMissing } = this.#draft;
    const problems = allowMissing ? dataset!.problemsIfMissingAllowed : dataset!.problems;
    const couldAllow =
      dataset!.problems.length > 0 && dataset!.problemsIfMissingAllowed.length === 0;
    const base = this.#base;
    return html`<upwind-train-base
        .training=${this.#training}
        .ref=${base}
        .onMap=${this.#onMap}
        .bundled=${this.session ? this.bundled : (this.baseModel ?? this.bundled)}
        @base=${(event: BaseEvent) => this.#training.change({ base: event.detail })}
      ></upwind-train-base>
      <upwind-train-form
        .training=${this.#training}
        .settings=${settings}
        @settings=${(event: SettingsEvent) => this.#training.change({ settings: event.detail })}
      ></upwind-train-form>
      <div>
        <label for="name">${t('train.name')}</label>
        <input
          id="name"
          class="field"
          maxlength="80"
          placeholder=${this.#defaultName}
          .value=${name}
          @input=${(event: Event) =>
            this.#training.change({ name: (event.target as HTMLInputElement).value })}
        />
      </div>
      ${problems.map((line) => html`<p class="alert">${icon('warning')} ${line}</p>`)}
      ${
        couldAllow
          ? html`<label class="check"
              ><input
                type="checkbox"
                .checked=${allowMissing}
                @change=${(event: Event) =>
                  this.#training.change({
                    allowMissing: (event.target as HTMLInputElement).checked,
                  })}
              />${t('train.data.allow')}</label
            >`
          : nothing
      }
      ${base ? this.#estimateView() : html`<p class="alert">${t('train.base.none')}</p>`}
      <div class="actions">
        <button
          part="start"
          class="button primary"
          ?disabled=${problems.length > 0 || !base || Boolean(this.#training.state.estimate?.tooLarge)}
          @click=${() => void this.#training.train(this.#request(base!))}
        >
          ${t('train.start')}
        </button>
      </div>`;
  }

  #estimateView() {
    const { estimate } = this.#training.state;
    if (!estimate) return html`<p class="estimate muted">${t('train.estimate.working')}</p>`;
    if (estimate.tooLarge || !estimate.memory) {
      return html`<p class="alert" role="alert">${icon('warning')} ${estimate.tooLarge}</p>`;
    }
    const { memory, seconds, backend, trainedParameters, allParameters } = estimate;
    return html`<p class="estimate" role="status">
      ${t('train.estimate', {
        time: timeText(seconds),
        memory: bytesText(memory.total),
        backend: backend.name,
        trained: countText(trainedParameters),
        all: countText(allParameters),
      })}
      ${memory.checkpointing ? t('train.estimate.blocks') : nothing}
    </p>`;
  }

  get #defaultName(): string {
    const base = this.#base;
    const data = this.#training.state.dataset?.name ?? '';
    return `${base ? refName(base).split('/').at(-1) : 'model'}-${data.replace(/\.\w+$/, '')}`;
  }

  #request(base: ModelRef): RunRequest {
    const { settings, name, allowMissing } = this.#draft;
    return {
      base,
      name: name.trim() || this.#defaultName,
      settings,
      allowMissing,
      ...backendOrder(this.session?.state.settings.backend ?? null),
    };
  }

  /** Asks for time and memory whenever something they depend on changed. */
  #estimate(): void {
    const { dataset, run } = this.#training.state;
    const ref = this.#base;
    if (!dataset || run || !ref) return;
    const request = this.#request(ref);
    const { mode, lastBlocks, epochs, batchSize } = request.settings;
    const key = JSON.stringify([
      keyOf(ref),
      mode,
      lastBlocks,
      epochs,
      batchSize,
      request.order,
      dataset.name,
      dataset.images.length,
    ]);
    if (key === this.#estimated) return;
    this.#estimated = key;
    void this.#training.estimate(request);
  }

  readonly #onUse = (event: UpwindUseModelEvent): void => {
    // Handlers outside come first; one that prevents the default takes over.
    queueMicrotask(() => {
      if (event.defaultPrevented) return;
      const { id, name } = event.detail;
      void this.session?.useModel({ kind: 'stored', id, name });
    });
  };

  readonly #onLeave = (event: BeforeUnloadEvent): void => {
    // The run is stored now and then; leaving loses what came after.
    if (this.#busy && !this.#training.state.run?.paused) event.preventDefault();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-trainer': UpwindTrainer;
  }
}
