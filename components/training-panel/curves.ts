import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { percent } from '../shared/format.ts';
import { t } from '../shared/localize.ts';
import type { RunView } from './training-controller.ts';
import { lossText } from './words.ts';

/** Drawing size [px]; the picture scales to the width of the panel. */
const SIZE = { width: 320, height: 132, left: 34, right: 8, top: 8, bottom: 20 };

interface Curve {
  kind: 'train' | 'validation' | 'steps';
  points: [x: number, y: number][];
}

/** Loss (each step faintly, epochs plainly) and accuracy, live. */
export function curves(run: RunView): TemplateResult | typeof nothing {
  const { epochs, steps, settings } = run;
  if (steps.length === 0) return nothing;
  const perEpoch = run.totalSteps / settings.epochs || steps.length;
  const of = (value: (report: RunView['epochs'][number]) => number) =>
    epochs.map((report) => [report.epoch, value(report)] as [number, number]);
  const train = of((report) => report.trainLoss);
  const validation = of((report) => report.validationLoss);
  const accuracy = of((report) => report.accuracy);
  const last = (points: [number, number][]) => points.at(-1)?.[1];
  return html`<div class="charts">
    <figure>
      <figcaption>
        ${t('train.chart.loss')}
        <span class="key train">${t('train.chart.train')}</span>
        <span class="key validation">${t('train.chart.validation')}</span>
      </figcaption>
      ${chart({
        curves: [
          {
            kind: 'steps',
            points: thinned(steps.map(({ step, loss }) => [step / perEpoch, loss])),
          },
          { kind: 'train', points: train },
          { kind: 'validation', points: validation },
        ],
        epochs: settings.epochs,
        top: null,
        label: t('train.chart.loss.label', {
          train: last(train) === undefined ? '–' : lossText(last(train)!),
          validation: last(validation) === undefined ? '–' : lossText(last(validation)!),
        }),
      })}
    </figure>
    <figure>
      <figcaption>${t('train.chart.accuracy')}</figcaption>
      ${chart({
        curves: [{ kind: 'validation', points: accuracy }],
        epochs: settings.epochs,
        top: 1,
        label: t('train.chart.accuracy.label', {
          values: accuracy.map(([epoch, value]) => `${epoch}: ${percent(value)}`).join(', ') || '–',
        }),
      })}
    </figure>
  </div>`;
}

/** At most a point for each pixel of the width. */
function thinned(points: [number, number][]): [number, number][] {
  const every = Math.ceil(points.length / SIZE.width);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

function chart(of: {
  curves: Curve[];
  epochs: number;
  /** Upper end of the scale; null for that of the data. */
  top: number | null;
  label: string;
}): TemplateResult {
  const { width, height, left, right, top, bottom } = SIZE;
  const values = of.curves.flatMap(({ points }) => points.map(([, y]) => y));
  const highest = of.top ?? Math.max(...values, 0.1);
  const x = scaleLinear([0, Math.max(1, of.epochs)], [left, width - right]);
  const y = scaleLinear([0, highest], [height - bottom, top]);
  const path = line<[number, number]>(
    ([epoch]) => x(epoch),
    ([, value]) => y(Math.min(value, highest)),
  );
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label=${of.label}>
    ${y.ticks(4).map(
      (tick) =>
        svg`<line class="grid" x1=${left} x2=${width - right} y1=${y(tick)} y2=${y(tick)} />
        <text class="tick" x=${left - 5} y=${y(tick) + 3.5} text-anchor="end">${of.top === 1 ? percent(tick) : tick}</text>`,
    )}
    ${x
      .ticks(Math.min(of.epochs, 6))
      .filter((tick) => Number.isInteger(tick))
      .map(
        (tick) =>
          svg`<text class="tick" x=${x(tick)} y=${height - 5} text-anchor="middle">${tick}</text>`,
      )}
    ${of.curves.map(
      ({ kind, points }) => svg`<path class="curve ${kind}" d=${path(points) ?? ''} />
      ${
        kind === 'steps' || points.length > 30
          ? nothing
          : points.map(
              ([epoch, value]) =>
                svg`<circle class="dot ${kind}" cx=${x(epoch)} cy=${y(Math.min(value, highest))} r="2.4" />`,
            )
      }`,
    )}
  </svg>`;
}
