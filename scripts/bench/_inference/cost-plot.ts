import type { Cost } from './cost-of-tiles.ts';

const [WIDTH, HEIGHT, MARGIN] = [640, 400, 60];
/** Line styles tell sizes apart without colour. */
const DASHES = ['none', '6 4', '2 3', '10 3 2 3'];

const duration = (ms: number): string =>
  ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toPrecision(2)} s`;

/** Seconds against tiles, both on logarithmic scales, as SVG. */
export function costPlot(costs: Cost[]): string {
  const sizes = [...new Set(costs.map(({ size }) => size))];
  const scale = (values: number[], from: number, to: number) => {
    const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
    return (value: number) =>
      from + ((Math.log10(value) - low) / Math.max(high - low, 1e-9)) * (to - from);
  };
  const seconds = costs.map(({ ms }) => ms / 1000);
  const x = scale(
    costs.map(({ tiles }) => tiles),
    MARGIN,
    WIDTH - MARGIN,
  );
  const y = scale(seconds, HEIGHT - MARGIN, MARGIN);
  const text = (at: [number, number], words: string, anchor = 'middle') =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" text-anchor="${anchor}">${words}</text>`;
  const lines = sizes.map((size, i) => {
    const own = costs.filter((cost) => cost.size === size);
    const points = own.map(({ tiles, ms }) => [x(tiles), y(ms / 1000)] as [number, number]);
    const path = points.map((point) => point.map((v) => v.toFixed(1)).join(',')).join(' ');
    const { bytes } = own.at(-1)!;
    const memory = bytes === null ? '' : `, ${(bytes / 1e6).toFixed(0)} MB`;
    return [
      `<polyline points="${path}" fill="none" stroke="#1a5fb4" stroke-width="2" stroke-dasharray="${DASHES[i % DASHES.length]}"/>`,
      ...own.map(({ ms }, at) => text([points[at]![0], points[at]![1] - 8], duration(ms))),
      ...points.map(
        ([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="#1a5fb4"/>`,
      ),
      text([MARGIN + 46, MARGIN + 4 + 16 * i], `${size}${memory}`, 'start'),
      `<line x1="${MARGIN + 10}" x2="${MARGIN + 40}" y1="${MARGIN + 16 * i}" y2="${MARGIN + 16 * i}" stroke="#1a5fb4" stroke-width="2" stroke-dasharray="${DASHES[i % DASHES.length]}"/>`,
    ].join('\n');
  });
  const ticks = [...new Set(costs.map(({ tiles }) => tiles))].map((tiles) =>
    text([x(tiles), HEIGHT - MARGIN + 20], String(tiles)),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<path d="M${MARGIN} ${MARGIN}V${HEIGHT - MARGIN}H${WIDTH - MARGIN}" fill="none" stroke="#333"/>
${ticks.join('\n')}
${text([WIDTH / 2, HEIGHT - 12], 'tiles; both axes logarithmic')}
${text([WIDTH / 2, 24], 'Time to classify tiles, and memory of weights and activations')}
${text([WIDTH / 2, 40], costs[0]?.backend.replace(/, [^,]*MB.*$/, '') ?? '')}
${lines.join('\n')}
</svg>
`;
}
