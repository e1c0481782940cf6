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
