import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { FetchSegment } from '../../src/analysis/site-result.ts';
import { METRES_PER_FOOT } from '../../src/site/height.ts';
import { bothLengths } from '../shared/format.ts';
import type { LengthUnit } from '../shared/format.ts';
import { t } from '../shared/localize.ts';

export interface BreakLineOptions {
  segments: readonly FetchSegment[];
  unit: LengthUnit;
  /** Where the end of a stretch is; `settled` once it is let go. */
  onMove(segment: number, atM: number, settled: boolean): void;
}

const STEP_OF_KEY: Record<string, number> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};

/**
 * A handle at every break line of a strip, dragged or moved with the arrow keys: 10 ft or 3 m a
 * step, ten steps with Page keys or Shift. A line moves between its two neighbours.
 */
export function breakLines({ segments, unit, onMove }: BreakLineOptions): TemplateResult[] {
  const lengthM = segments.at(-1)?.toM ?? 1;
  const stepM = unit === 'ft' ? 10 * METRES_PER_FOOT : 3;
  return segments.slice(0, -1).map((segment, index) => {
    const next = segments[index + 1]!;
    const atM = segment.toM;
    const move = (toM: number, settled: boolean): void =>
      onMove(index, Math.min(next.toM, Math.max(segment.fromM, toM)), settled);
    const onKey = (event: KeyboardEvent): void => {
      const step = STEP_OF_KEY[event.key];
      if (step === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      move(atM + stepM * (event.shiftKey ? Math.sign(step) * 10 : step), true);
    };
    const onDrag = (event: PointerEvent): void => {
      const handle = event.currentTarget as HTMLElement;
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const bar = handle.parentElement!.getBoundingClientRect();
      move(((event.clientX - bar.left) / bar.width) * lengthM, event.type === 'pointerup');
    };
    const name = (one: FetchSegment): string => one.roughness ?? t('ground.unknown');
    // The style as a property: a strict content security policy blocks the attribute.
    return html`<span
      class="handle"
      role="slider"
      tabindex="0"
      .style=${`left: ${((100 * atM) / lengthM).toFixed(2)}%`}
      aria-label=${t('override.handle', { inner: name(segment), outer: name(next) })}
      aria-valuemin=${Math.round(segment.fromM)}
      aria-valuemax=${Math.round(next.toM)}
      aria-valuenow=${Math.round(atM)}
      aria-valuetext=${bothLengths(atM, unit)}
      @keydown=${onKey}
      @pointerdown=${(event: PointerEvent) => {
        event.stopPropagation();
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      }}
      @pointermove=${onDrag}
      @pointerup=${onDrag}
    ></span>`;
  });
}
