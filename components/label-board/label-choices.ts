import { css, html } from 'lit';
import type { TemplateResult } from 'lit';
import { ROUGHNESS } from '../../src/roughness/category.ts';
import { LABEL_CHOICES } from '../../src/labels/label.ts';
import type { LabelChoice } from '../../src/labels/label.ts';
import type { Probabilities } from '../../src/labels/queue.ts';
import { percent } from '../shared/format.ts';
import { t } from '../shared/localize.ts';
import { LABEL_KEYS } from './label-keys.ts';

interface ChoicesOptions {
  /** The label that stands; null for none. */
  chosen: LabelChoice | null;
  /** Short ones for a card: the key alone, words as its name. */
  compact?: boolean;
  disabled?: boolean;
  choose(choice: LabelChoice): void;
}

/** The five answers as buttons, each with its key. */
export function choices({ chosen, compact, disabled, choose }: ChoicesOptions): TemplateResult {
  return html`<div
    class="choices ${compact ? 'compact' : ''}"
    role="group"
    aria-label=${t('labels.queue.answers')}
  >
    ${LABEL_CHOICES.map((choice) => {
      const words = t(`labels.words.${choice}`);
      const key = LABEL_KEYS[choice];
      return html`<button
        class="choice ${choice.toLowerCase()}"
        aria-pressed=${chosen === choice}
        title=${words}
        ?disabled=${disabled}
        @click=${() => choose(choice)}
      >
        <kbd>${key}</kbd> <span class=${compact ? 'visually-hidden' : ''}>${words}</span>
      </button>`;
    })}
  </div>`;
}

/** What a model thinks, as bars; nothing of it is an answer until a person gives one. */
export function opinion(probabilities: Probabilities): TemplateResult {
  return html`<dl class="opinion">
    ${ROUGHNESS.map(
      (category) =>
        html`<dt>${category}</dt>
          <dd>
            <span class="track"
              ><span
                class="bar ${category.toLowerCase()}"
                .style=${`width: ${probabilities[category] * 100}%`}
              ></span></span
            ><span class="value">${percent(probabilities[category])}</span>
          </dd>`,
    )}
  </dl>`;
}

export const choiceStyles = css`
  .choices {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    gap: 6px;
  }
  .choices.compact {
    grid-template-columns: repeat(5, 1fr);
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 40px;
    padding: 4px 8px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_raised);
    text-align: left;
    font-size: 12px;
    line-height: 1.2;
  }
  .compact .choice {
    justify-content: center;
    min-height: 34px;
    padding: 2px;
  }
  .choice:hover:not(:disabled) {
    background: var(--_hover);
  }
  .choice:disabled {
    opacity: 0.5;
    cursor: default;
  }
  .choice[aria-pressed='true'] {
    outline: 2px solid var(--_ink);
    outline-offset: 1px;
    font-weight: 650;
  }
  .choice:focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: 2px;
  }
  kbd {
    display: inline-grid;
    place-items: center;
    flex: none;
    min-width: 24px;
    height: 24px;
    border-radius: 6px;
    background: var(--_unknown);
    color: var(--_unknown-ink);
    font: inherit;
    font-weight: 700;
  }
  .choice.b kbd {
    background: var(--_b);
    color: var(--_b-ink);
  }
  .choice.c kbd {
    background: var(--_c);
    color: var(--_c-ink);
  }
  .choice.d kbd {
    background: var(--_d);
    color: var(--_d-ink);
  }
  .opinion {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 4px 10px;
    align-items: center;
    margin: 0;
    font-size: 12px;
  }
  .opinion dt {
    font-weight: 700;
  }
  .opinion dd {
    display: flex;
    align-items: center;
    gap: 8px;
    margin: 0;
  }
  .track {
    flex: 1;
    height: 8px;
    border-radius: 4px;
    background: var(--_hover);
    overflow: hidden;
  }
  .bar {
    display: block;
    height: 100%;
    min-width: 1px;
    border-radius: 4px;
  }
  .bar.b {
    background: var(--_b);
  }
  .bar.c {
    background: var(--_c);
  }
  .bar.d {
    background: var(--_d);
  }
  .value {
    width: 42px;
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
`;
