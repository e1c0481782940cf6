/** Heights of the phone's bottom sheet, as shares of the window. */
export const SHEET_STOPS = [0.2, 0.52, 0.93] as const;

/** The stop nearest to a height, leaning the way the finger moved. */
export function nearestStop(share: number, moved: number): number {
  const lean = share + Math.sign(moved) * 0.08;
  return SHEET_STOPS.reduce((best, stop) =>
    Math.abs(stop - lean) < Math.abs(best - lean) ? stop : best,
  );
}

/** The next stop up, and from the top the lowest. */
export function nextStop(share: number): number {
  return SHEET_STOPS.find((stop) => stop > share + 0.01) ?? SHEET_STOPS[0];
}

/**
 * Follows a pointer that has taken hold of the panel's handle.
 * @param from share of the window that the panel takes
 */
export function dragSheet(
  event: PointerEvent,
  from: number,
  { onMove, onEnd }: { onMove: (share: number) => void; onEnd: (movedPx: number) => void },
): void {
  const handle = event.currentTarget as HTMLElement;
  const startY = event.clientY;
  let [movedPx, dragging] = [0, false];
  const move = ({ clientY }: PointerEvent) => {
    movedPx = startY - clientY;
    if (Math.abs(movedPx) < 4) return;
    dragging = true;
    onMove(Math.min(0.96, Math.max(0.12, from + movedPx / innerHeight)));
  };
  const end = () => {
    handle.removeEventListener('pointermove', move);
    handle.removeEventListener('pointerup', end);
    handle.removeEventListener('pointercancel', end);
    if (!dragging) return;
    onEnd(movedPx);
    // The click that ends a drag is not a press of the handle.
    handle.addEventListener('click', (click) => click.stopImmediatePropagation(), {
      once: true,
      capture: true,
    });
  };
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener('pointermove', move);
  handle.addEventListener('pointerup', end);
  handle.addEventListener('pointercancel', end);
}
