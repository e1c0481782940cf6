import { css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { SiteResult } from '../../src/analysis/site-result.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';
import type { ReportAbout } from '../../src/report/report-content.ts';
import { EXPORTS } from './exports.ts';
import type { ExportKind } from './exports.ts';
import { UpwindExportEvent } from './export-menu.events.ts';

/**
 * Every format an answer can leave in.
 * @summary Export menu.
 * @event {UpwindExportEvent} upwind-export - a file was made
 */
@customElement('upwind-export-menu')
export class UpwindExportMenu extends SessionElement {
  static override styles = [
    tokens,
    base,
    css`
      :host {
        display: inline-block;
        position: relative;
      }
      .menu {
        position: absolute;
        right: 0;
        top: calc(100% + 6px);
        z-index: 20;
        width: 232px;
        padding: 5px;
        border: 1px solid var(--_line);
        border-radius: 10px;
        background: var(--_raised);
        box-shadow: var(--_shadow);
      }
      [role='menuitem'] {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        width: 100%;
        padding: 7px 9px;
        border: 0;
        border-radius: 6px;
        background: none;
        text-align: left;
      }
      [role='menuitem']:hover,
      [role='menuitem']:focus-visible {
        background: var(--_hover);
        outline-offset: -2px;
      }
      .link {
        margin-top: 5px;
        border-top: 1px solid var(--_line);
        border-radius: 0 0 6px 6px;
      }
      .failed {
        position: absolute;
        right: 0;
        top: calc(100% + 6px);
        z-index: 20;
        width: max-content;
        max-width: 260px;
        padding: 7px 9px;
        border: 1px solid var(--_danger);
        border-radius: 6px;
        background: var(--_raised);
        color: var(--_danger);
        font-size: 12px;
      }
    `,
  ];
  /** Exported without a session. */
  @property({ attribute: false }) result: SiteResult | null = null;
  @state() private open = false;
  @state() private message = '';
  /** What went wrong is there for the eye too. */
  @state() private failed = false;
  @query('.toggle') private toggleButton!: HTMLButtonElement;

  protected override readonly watches: readonly (keyof SessionState)[] = ['result'];

  get #result(): SiteResult | null {
    return this.result ?? this.session?.state.result ?? null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.#outside);
  }

  override render(): TemplateResult {
    return html`<button
        class="button toggle"
        aria-haspopup="menu"
        aria-expanded=${this.open}
        ?disabled=${!this.#result}
        @click=${() => this.#show(!this.open)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          this.#show(true);
        }}
      >
        ${icon('download')} ${t('export.title')}
      </button>
      ${
        this.open
          ? html`<div
              class="menu"
              role="menu"
              aria-label=${t('export.title')}
              @keydown=${this.#onKey}
            >
              ${EXPORTS.map(
                (kind) =>
                  html`<button role="menuitem" tabindex="-1" @click=${() => void this.#save(kind)}>
                    <span>${t(`export.${kind.id}`)}</span>
                    <span class="muted small">.${kind.extension}</span>
                  </button>`,
              )}
              ${
                this.session
                  ? html`<button
                      role="menuitem"
                      class="link"
                      tabindex="-1"
                      @click=${() => void this.#copyLink()}
                    >
                      ${t('app.copy')}
                    </button>`
                  : nothing
              }
            </div>`
          : nothing
      }
      <span class=${this.failed ? 'failed' : 'visually-hidden'} role="status"
        >${this.message}</span
      >`;
  }

  /** The address bar always holds the link to what is shown. */
  async #copyLink(): Promise<void> {
    this.#show(false);
    this.toggleButton.focus();
    this.failed = false;
    try {
      await navigator.clipboard.writeText(location.href);
      this.message = t('app.copied');
    } catch {
      this.failed = true;
      this.message = t('app.uncopied');
    }
  }

  #show(open: boolean): void {
    this.open = open;
    const method = open ? 'addEventListener' : 'removeEventListener';
    document[method]('pointerdown', this.#outside as EventListener);
    if (!open) return;
    void this.updateComplete.then(() => {
      // On a phone the sheet may end above the last items.
      this.renderRoot.querySelector('.menu')?.scrollIntoView({ block: 'nearest' });
      this.#items()[0]?.focus({ preventScroll: true });
    });
  }

  readonly #outside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.#show(false);
  };

  #items(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menuitem]')];
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const items = this.#items();
    const at = items.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    const to = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    }[event.key];
    if (to !== undefined) items[to]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') {
      this.#show(false);
      this.toggleButton.focus();
      if (event.key === 'Tab') return;
    } else return;
    event.preventDefault();
  };

  /** Title block and, for a report with a map, the tiles' pictures as far as they can be had. */
  async #about(kind: ExportKind, result: SiteResult): Promise<ReportAbout> {
    const { project = '', engineer = '', paper = 'letter' } = this.session?.state.settings ?? {};
    const about = { date: today(), project, engineer, paper };
    if (!kind.pictures || !this.session || this.session.state.result !== result) return about;
    const { smallPictures } = await import('./small-pictures.ts');
    return { ...about, pictures: await smallPictures(this.session, result) };
  }

  async #save(kind: ExportKind): Promise<void> {
    this.#show(false);
    this.toggleButton.focus();
    if (!this.#result) return;
    this.failed = false;
    this.message = t('export.making');
    try {
      // A correction made just now is in the file too.
      if (!this.result) await this.session?.settled();
      const result = this.#result;
      if (!result) return;
      const blob = await kind.make(result, await this.#about(kind, result));
      const name = `upwind-${kind.stem}.${kind.extension}`;
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      // The download has its own hold on the blob once it has begun.
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      this.message = t('export.made', { name });
      this.dispatchEvent(new UpwindExportEvent(kind.id, name));
    } catch (error) {
      this.failed = true;
      this.message = (error as Error).message;
    }
  }
}

/** The date on this device, `2026-03-01`. */
function today(): string {
  const now = new Date();
  const two = (part: number) => String(part).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-export-menu': UpwindExportMenu;
  }
}
