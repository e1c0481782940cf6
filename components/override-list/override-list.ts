import { css, html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { overrideText } from '../../src/report/overrides-of.ts';
import { icon } from '../shared/icons.ts';
import { t } from '../shared/localize.ts';
import { SessionElement } from '../shared/session-element.ts';
import type { SessionState } from '../shared/session.ts';
import { base, tokens } from '../shared/tokens.ts';

/**
 * Everything that people decided otherwise, with the reason; each can be taken back.
 * @summary Trail of overrides.
 */
@customElement('upwind-overrides')
export class UpwindOverrides extends SessionElement {
  static override styles = [
    tokens,
    base,
    css`
      :host {
        display: block;
      }
      header {
        display: flex;
        align-items: center;
        gap: 4px;
        min-height: 28px;
      }
      h3 {
        flex: 1;
        margin: 0;
        font-size: 12px;
        font-weight: 600;
        color: var(--_muted);
      }
      .redo svg {
        transform: scaleX(-1);
      }
      ul {
        display: grid;
        gap: 6px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: auto 1fr auto;
        gap: 8px;
        align-items: start;
        font-size: 12.5px;
        overflow-wrap: anywhere;
      }
      li .button {
        height: 26px;
        font-size: 12px;
      }
    `,
  ];
  protected override readonly watches: readonly (keyof SessionState)[] = ['result', 'trail'];

  override render(): TemplateResult | typeof nothing {
    const state = this.session?.state;
    const { result, trail } = state ?? {};
    if (!result || !trail) return nothing;
    const { overrides } = result;
    if (overrides.length === 0 && !trail.canUndo && !trail.canRedo) return nothing;
    return html`<section aria-label=${t('override.title')}>
      <header>
        <h3>${t('override.title')}</h3>
        ${this.#step('undo', trail.canUndo)} ${this.#step('redo', trail.canRedo)}
      </header>
      <ul>
        ${overrides.map((override) => {
          const what = overrideText(result, override);
          return html`<li>
            ${icon('pen')} <span>${what}</span>
            <button
              class="button quiet"
              aria-label=${t('override.back', { what })}
              @click=${() => void this.session?.takeBack(override)}
            >
              ${t('override.back.short')}
            </button>
          </li>`;
        })}
      </ul>
    </section>`;
  }

  #step(which: 'undo' | 'redo', can: boolean) {
    const label = t(`override.${which}`);
    return html`<button
      class="button quiet icon ${which}"
      aria-label=${label}
      title=${label}
      ?disabled=${!can}
      @click=${() =>
        void (which === 'undo' ? this.session?.undoOverride() : this.session?.redoOverride())}
    >
      ${icon('undo')}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'upwind-overrides': UpwindOverrides;
  }
}
