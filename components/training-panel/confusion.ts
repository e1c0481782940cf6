import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { Metrics } from '../../src/training/metrics.ts';
import { percent } from '../shared/format.ts';
import { t } from '../shared/localize.ts';

/** Recall of each category as a bar with its letter and figure. */
export function recallBars({ labels, recall }: Metrics): TemplateResult {
  return html`<section aria-label=${t('train.recall.label')}>
    <h4>${t('train.recall')}</h4>
    <ul class="recall">
      ${labels.map((label, i) => {
        const share = recall[i] ?? null;
        return html`<li>
          <span class="chip ${label.toLowerCase()}">${label}</span>
          <span class="bar" aria-hidden="true"
            ><span
              class="fill ${label.toLowerCase()}"
              .style=${`inline-size: ${100 * (share ?? 0)}%`}
            ></span
          ></span>
          <span class="number">${share === null ? t('train.recall.none') : percent(share)}</span>
        </li>`;
      })}
    </ul>
  </section>`;
}

/** Confusion matrix: letters and numbers; shade only repeats them. */
export function confusionTable(metrics: Metrics): TemplateResult {
  const { labels, confusion, unsafe, costly } = metrics;
  const most = Math.max(1, ...confusion.flat());
  return html`<section>
    <h4>${t('train.confusion')}</h4>
    <table class="confusion number">
      <caption class="small muted">
        ${t('train.confusion.caption')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('train.confusion.truth')}</th>
          ${labels.map((label) => html`<th scope="col">${t('train.confusion.said', { label })}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${labels.map(
          (label, row) =>
            html`<tr>
              <th scope="row"><span class="chip ${label.toLowerCase()}">${label}</span></th>
              ${confusion[row]!.map(
                (count, column) =>
                  html`<td
                    class=${row === column ? 'right' : count > 0 ? 'wrong' : ''}
                    .style=${`--share: ${Math.round((100 * count) / most)}%`}
                  >
                    ${count}
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
    <dl class="verdicts">
      <div>
        <dt>${t('train.unsafe')}</dt>
        <dd class="number">${unsafe}</dd>
      </div>
      <div>
        <dt>${t('train.costly')}</dt>
        <dd class="number">${costly}</dd>
      </div>
    </dl>
  </section>`;
}
