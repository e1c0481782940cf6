import type { Figure, Point, Shape } from './figure.ts';

/** A figure as an SVG element. `picture` is a URL, usually a data URL. */
export function figureToSvg({ width, height, label, shapes }: Figure, picture?: string): string {
  const body = shapes.map((shape) => shapeToSvg(shape, picture)).join('');
  return `<svg viewBox="0 0 ${n(width)} ${n(height)}" role="img" aria-label="${escapeXml(label)}">${body}</svg>`;
}

/** Text safe in XML and HTML, in elements and attributes. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

const n = (value: number): string => String(Math.round(value * 100) / 100);
const path = (points: readonly Point[]): string =>
  `M${points.map(([x, y]) => `${n(x)} ${n(y)}`).join('L')}`;

function shapeToSvg(shape: Shape, picture?: string): string {
  switch (shape.kind) {
    case 'polygon':
    case 'polyline': {
      const { points, fill, stroke, width, dash, opacity } = shape;
      const style = [
        `fill="${shape.kind === 'polygon' ? (fill ?? 'none') : 'none'}"`,
        stroke ? `stroke="${stroke}" stroke-width="${width ?? 1}"` : '',
        dash ? `stroke-dasharray="${dash.join(' ')}"` : '',
        opacity === undefined ? '' : `opacity="${opacity}"`,
      ];
      return `<path d="${path(points)}${shape.kind === 'polygon' ? 'Z' : ''}" ${style.filter(Boolean).join(' ')}/>`;
    }
    case 'lines':
      return shape.lines.length === 0
        ? ''
        : `<path d="${shape.lines.map(path).join('')}" fill="none" stroke="${shape.stroke}" stroke-width="${shape.width}"/>`;
    case 'text': {
      const { at, text, size, anchor = 'start', bold, colour, boxed } = shape;
      const halo = boxed
        ? ' stroke="#fff" stroke-width="2.5" paint-order="stroke" stroke-linejoin="round"'
        : '';
      return `<text x="${n(at[0])}" y="${n(at[1])}" font-size="${n(size)}" text-anchor="${anchor}"${bold ? ' font-weight="700"' : ''} fill="${colour ?? '#000'}"${halo}>${escapeXml(text)}</text>`;
    }
    case 'picture':
      return picture
        ? `<image x="${n(shape.at[0])}" y="${n(shape.at[1])}" width="${n(shape.width)}" height="${n(shape.height)}" href="${picture}" preserveAspectRatio="none"/>`
        : '';
  }
}
