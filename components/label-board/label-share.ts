import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { EXPORT_FORMATS } from '../../src/labels/archives/export-format.ts';
import type { ExportFormat } from '../../src/labels/archives/export-format.ts';
import type { ImportReport } from '../../src/labels/archives/import-labels.ts';
import type { LabelConflict, Settling } from '../../src/labels/merge-label.ts';
import { formStyles } from '../shared/form-styles.ts';
import { t } from '../shared/localize.ts';
import { base, tokens } from '../shared/tokens.ts';
import { forgetToken, keepToken, keptToken } from './hub-token.ts';
import { shareStyles } from './label-share.styles.ts';
import { LabelsElement } from './labels-element.ts';
import type { LabelsState } from './labels-state.ts';
import { shareWorkOf } from './share-work.ts';
import type { ShareJob, ShareOutcome, ShareWork } from './share-work.ts';

/** Conflicts listed at a time. */
const MOST_CONFLICTS = 50;

/**
 * Labels out and in: files, and a dataset on the Hub.
 * @summary Export, import and push of labels.
 */
@customElement('upwind-label-share')
export class UpwindLabelShare extends LabelsElement {
  static override styles = [tokens, base, formStyles, shareStyles];

  @state() private format: ExportFormat = 'imagefolder';
  @state() private repo = '';
  @state() private token = keptToken();
  @state() private keepsToken = keptToken() !== '';
  @state() private isPrivate = true;
  @state() private over = false;
  #sharing: ShareWork | null = null;
  #unfollowWork: () => void = () => {};

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unfollowWork();
    this.#sharing = null;
  }

  protected override labelsChanged(_now: LabelsState, _before: LabelsState): void {
    const sharing = this.labels && shareWorkOf(this.labels);
    if (sharing === this.#sharing) return;
    this.#unfollowWork();
    this.#sharing = sharing;
    this.#unfollowWork = sharing?.subscribe(() => this.requestUpdate()) ?? (() => {});
  }

  private get work(): ShareWork['work'] {
    return this.#sharing?.work ?? null;
  }

  override render() {
    const count = this.now.labels.size;
    return html`${this.#progress()}
      <section>
        <h3>${t('labels.share.export')}</h3>
        <div class="pair">
          <label
            ><span class="label">${t('labels.share.format')}</span>
            <select
              class="field"
              @change=${(event: Event) =>
                (this.format = (event.target as HTMLSelectElement).value as ExportFormat)}
            >
              ${EXPORT_FORMATS.map(
                (format) =>
                  html`<option value=${format} ?selected=${format === this.format}>
                    ${t(`labels.format.${format}`)}
                  </option>`,
              )}
            </select>
          </label>
          <button
            class="button primary"
            ?disabled=${count === 0 || this.work !== null}
            @click=${() => void this.#export()}
          >
            ${t('labels.share.download', { count })}
          </button>
        </div>
      </section>
      <section>
        <h3>${t('labels.share.import')}</h3>
        <div
          class="drop ${this.over ? 'over' : ''}"
          @dragover=${(event: DragEvent) => {
            event.preventDefault();
            this.over = true;
          }}
          @dragleave=${() => (this.over = false)}
          @drop=${this.#onDrop}
        >
          <p class="small muted">${t('labels.share.import.hint')}</p>
          <label class="button">
            ${t('labels.share.choose')}
            <input
              class="visually-hidden"
              type="file"
              accept=".zip,.parquet,.geojson,.json"
              ?disabled=${this.work !== null}
              @change=${(event: Event) => {
                const input = event.target as HTMLInputElement;
                const [file] = input.files ?? [];
                input.value = '';
                if (file) void this.#import(file);
              }}
            />
          </label>
        </div>
      </section>
      ${this.#conflicts()} ${this.#hub(count)}`;
  }

  #progress() {
    const { work, outcome } = this.#sharing ?? { work: null, outcome: null };
    if (work) {
      return html`<div class="working" role="status">
        <progress max=${work.total || 1} value=${work.done}></progress>
        <span class="number small">${t('labels.share.working', { ...work })}</span>
        <button class="button" @click=${() => this.#sharing?.stop()}>
          ${t('labels.share.stop')}
        </button>
      </div>`;
    }
    if (!outcome) return nothing;
    return html`<div class="state ${outcome.bad ? 'bad' : ''}" role="status">
      <div>
        ${outcome.message}
        ${outcome.url ? html`<a href=${outcome.url} target="_blank" rel="noreferrer">${outcome.url}</a>` : nothing}
        ${
          outcome.lines.length > 0
            ? html`<ul class="lines" tabindex="0" aria-label=${t('labels.share.lines')}>
                ${outcome.lines.map((line) => html`<li>${line}</li>`)}
              </ul>`
            : nothing
        }
      </div>
    </div>`;
  }

  #conflicts() {
    const { conflicts } = this.now;
    if (conflicts.length === 0) return nothing;
    return html`<section>
      <h3>${t('labels.share.conflicts', { count: conflicts.length })}</h3>
      ${conflicts.length > 1 ? this.#allConflicts(conflicts) : nothing}
      <ul
        class="conflicts"
        tabindex="0"
        aria-label=${t('labels.share.conflicts', { count: conflicts.length })}
      >
        ${conflicts.slice(0, MOST_CONFLICTS).map(
          (conflict) =>
            html`<li>
              <upwind-label-picture
                label-id=${conflict.id}
                .source=${this.#pixels}
              ></upwind-label-picture>
              <span class="small"
                >${t('labels.share.conflict', {
                  mine: said(conflict.mine),
                  theirs: said(conflict.theirs),
                })}</span
              >
              <button class="button" @click=${() => void this.labels?.settle([conflict], 'mine')}>
                ${t('labels.share.keep')}
              </button>
              <button class="button" @click=${() => void this.labels?.settle([conflict], 'theirs')}>
                ${t('labels.share.take')}
              </button>
            </li>`,
        )}
        ${
          conflicts.length > MOST_CONFLICTS
            ? html`<li>${t('labels.share.more', { count: conflicts.length - MOST_CONFLICTS })}</li>`
            : nothing
        }
      </ul>
    </section>`;
  }

  #allConflicts(conflicts: readonly LabelConflict[]) {
    const all = (take: Settling) => () => void this.labels?.settle(conflicts, take);
    const count = conflicts.length;
    return html`<div class="buttons">
      <button class="button" @click=${all('mine')}>${t('labels.share.keep.all', { count })}</button>
      <button class="button" @click=${all('theirs')}>
        ${t('labels.share.take.all', { count })}
      </button>
    </div>`;
  }

  #hub(count: number) {
    const check = (words: string, checked: boolean, set: (on: boolean) => void) =>
      html`<label class="check"
        ><input
          type="checkbox"
          .checked=${checked}
          @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
        />${words}</label
      >`;
    return html`<details>
      <summary>${t('labels.share.hub')}</summary>
      <form
        class="stack"
        @submit=${(event: Event) => {
          event.preventDefault();
          void this.#push();
        }}
      >
        <label
          ><span class="label">${t('labels.share.repo')}</span
          ><input
            class="field"
            placeholder="name/roughness-labels"
            autocomplete="off"
            .value=${this.repo}
            @input=${(event: Event) => (this.repo = (event.target as HTMLInputElement).value.trim())}
          />
        </label>
        <label
          ><span class="label">${t('labels.share.token')}</span
          ><input
            class="field"
            type="password"
            placeholder="hf_…"
            autocomplete="off"
            .value=${this.token}
            @input=${(event: Event) =>
              (this.token = (event.target as HTMLInputElement).value.trim())}
          />
        </label>
        <p class="hint">${t('labels.share.token.hint')}</p>
        ${check(t('labels.share.private'), this.isPrivate, (on) => (this.isPrivate = on))}
        ${check(t('labels.share.token.keep'), this.keepsToken, (on) => {
          this.keepsToken = on;
          if (!on) forgetToken();
        })}
        <div class="buttons">
          <button class="button" ?disabled=${count === 0 || this.work !== null}>
            ${t('labels.share.push')}
          </button>
          <button
            class="button"
            type="button"
            ?disabled=${this.work !== null}
            @click=${() => void this.#pull()}
          >
            ${t('labels.share.pull')}
          </button>
        </div>
      </form>
    </details>`;
  }

  async #run(stopped: string, job: ShareJob): Promise<void> {
    await this.#sharing?.run(stopped, job);
  }

  #export(): Promise<void> {
    return this.#run(t('labels.share.stopped.export'), async (signal, onProgress) => {
      const { exportLabels } = await import('../../src/labels/archives/export-labels.ts');
      const { store } = await this.labels!.open();
      const assigned = await this.labels!.settleSplits();
      const { format } = this;
      const made = await exportLabels(store, { format, assigned, signal, onProgress });
      const { saveBlob } = await import('./save-blob.ts');
      saveBlob(made.file, made.fileName);
      const message = t('labels.share.exported', { count: made.exported, file: made.fileName });
      return { message, lines: made.lines };
    });
  }

  readonly #onDrop = (event: DragEvent): void => {
    event.preventDefault();
    this.over = false;
    const [file] = event.dataTransfer?.files ?? [];
    if (file && !this.work) void this.#import(file);
  };

  #import(file: File): Promise<void> {
    return this.#run(t('labels.share.stopped'), async (signal, onProgress) => {
      const [{ importLabels }, { createBrowserImageDecoder }] = await Promise.all([
        import('../../src/labels/archives/import-labels.ts'),
        import('../../src/platform/browser/image-decoder.ts'),
      ]);
      const { store } = await this.labels!.open();
      const report = await importLabels(store, file, {
        fileName: file.name,
        at: new Date().toISOString(),
        decoder: createBrowserImageDecoder(),
        signal,
        onProgress,
      });
      return this.#broughtIn(report);
    });
  }

  #pull(): Promise<void> {
    return this.#run(t('labels.share.stopped'), async (signal, onProgress) => {
      const [{ pullFromHub }, { createBrowserImageDecoder }] = await Promise.all([
        import('../../src/labels/archives/pull-from-hub.ts'),
        import('../../src/platform/browser/image-decoder.ts'),
      ]);
      const { store } = await this.labels!.open();
      const { repo, token } = this;
      const report = await pullFromHub(store, {
        repo,
        token,
        fetch: (...request) => fetch(...request),
        at: new Date().toISOString(),
        decoder: createBrowserImageDecoder(),
        signal,
        onProgress,
      });
      if (this.keepsToken && token) keepToken(token);
      return this.#broughtIn(report);
    });
  }

  async #broughtIn(report: ImportReport): Promise<ShareOutcome> {
    await this.labels!.imported(report.conflicts, report.assigned);
    const { added, same, refused, lines } = report;
    return { message: t('labels.share.imported', { added, same, refused }), lines };
  }

  #push(): Promise<void> {
    return this.#run(t('labels.share.stopped.export'), async (signal, onProgress) => {
      const { pushToHub } = await import('../../src/labels/archives/push-to-hub.ts');
      const { store } = await this.labels!.open();
      const assigned = await this.labels!.settleSplits();
      const { repo, token, isPrivate } = this;
      const fetchHere: typeof fetch = (...request) => fetch(...request);
      const report = await pushToHub(store, {
        repo,
        token,
        isPrivate,
        assigned,
        fetch: fetchHere,
        signal,
        onProgress,
      });
      if (this.keepsToken) keepToken(token);
      const message = t('labels.share.pushed', { count: report.pushed });
      return { message, url: report.url, lines: report.lines };
    });
  }

  readonly #pixels = async (id: string): Promise<Uint8Array | null> =>
    (await this.labels?.open())?.store.pixels(id) ?? null;
}

const said = ({ label, note }: { label: string; note: string }): string =>
  note ? `${label} (“${note.slice(0, 60)}”)` : label;

declare global {
  interface HTMLElementTagNameMap {
    'upwind-label-share': UpwindLabelShare;
  }
}
