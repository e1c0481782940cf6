import { GROUND_COLOURS } from './overlay-layers.ts';

/** Pictures are drawn at twice their size on the map, for sharp screens. */
export const IMAGE_PIXEL_RATIO = 2;

type Draw = (context: OffscreenCanvasRenderingContext2D, size: number) => void;
const FONT = '-apple-system, "Segoe UI", Roboto, Arial, sans-serif';
const WHITE = '#ffffff';
const DARK = '#0a1017';

const hatch: Record<'B' | 'C' | 'D' | 'unknown', Draw> = {
  B: (c, size) => {
    c.fillStyle = 'rgb(255 255 255 / 0.5)';
    c.fillRect(size * 0.12, size * 0.12, size * 0.26, size * 0.26);
    c.fillRect(size * 0.62, size * 0.62, size * 0.26, size * 0.26);
  },
  C: (c, size) => {
    c.strokeStyle = 'rgb(58 38 0 / 0.55)';
    c.lineWidth = size * 0.07;
    line(c, [0.2, 0.42], [0.42, 0.2], size);
    line(c, [0.66, 0.88], [0.88, 0.66], size);
  },
  D: (c, size) => {
    c.strokeStyle = 'rgb(255 255 255 / 0.55)';
    c.lineWidth = size * 0.07;
    for (const y of [0.25, 0.75]) {
      c.beginPath();
      c.moveTo(0, y * size);
      c.bezierCurveTo(
        size * 0.25,
        (y - 0.2) * size,
        size * 0.25,
        (y - 0.2) * size,
        size * 0.5,
        y * size,
      );
      c.bezierCurveTo(size * 0.75, (y + 0.2) * size, size * 0.75, (y + 0.2) * size, size, y * size);
      c.stroke();
    }
  },
  unknown: (c, size) => {
    c.strokeStyle = 'rgb(255 255 255 / 0.75)';
    c.lineWidth = size * 0.08;
    line(c, [0, 0], [1, 1], size);
    line(c, [1, 0], [0, 1], size);
  },
};

function line(
  c: OffscreenCanvasRenderingContext2D,
  from: [number, number],
  to: [number, number],
  size: number,
): void {
  c.beginPath();
  c.moveTo(from[0] * size, from[1] * size);
  c.lineTo(to[0] * size, to[1] * size);
  c.stroke();
}

function text(
  c: OffscreenCanvasRenderingContext2D,
  letter: string,
  size: number,
  px: number,
): void {
  c.font = `700 ${px}px ${FONT}`;
  c.textAlign = 'center';
  c.textBaseline = 'alphabetic';
  const { actualBoundingBoxAscent: up, actualBoundingBoxDescent: down } = c.measureText(letter);
  const y = size / 2 + (up - down) / 2;
  if (c.lineWidth > 0) c.strokeText(letter, size / 2, y);
  c.fillText(letter, size / 2, y);
}

/** White letter with a dark rim, readable on every ground; a person's label wears a ring. */
const letter =
  (name: string, byPerson: boolean): Draw =>
  (c, size) => {
    c.lineJoin = 'round';
    if (byPerson) {
      c.beginPath();
      c.arc(size / 2, size / 2, size * 0.44, 0, 2 * Math.PI);
      c.fillStyle = 'rgb(10 16 23 / 0.7)';
      c.fill();
      c.strokeStyle = WHITE;
      c.lineWidth = size * 0.06;
      c.stroke();
    }
    c.strokeStyle = 'rgb(10 16 23 / 0.8)';
    c.lineWidth = byPerson ? 0.01 : size * 0.13;
    c.fillStyle = WHITE;
    text(c, name, size, size * 0.56);
  };

/** Exposure of a direction: a rounded plate in its colour; `open` adds a corner mark. */
const chip =
  (name: 'B' | 'C' | 'D', open: boolean): Draw =>
  (c, size) => {
    const inset = size * 0.08;
    c.beginPath();
    c.roundRect(inset, inset, size - 2 * inset, size - 2 * inset, size * 0.22);
    c.fillStyle = GROUND_COLOURS[name];
    c.fill();
    c.strokeStyle = WHITE;
    c.lineWidth = size * 0.06;
    c.stroke();
    c.fillStyle = name === 'C' ? '#2b1d02' : WHITE;
    c.lineWidth = 0;
    c.strokeStyle = 'transparent';
    text(c, name, size, size * 0.52);
    if (!open) return;
    c.beginPath();
    c.arc(size * 0.83, size * 0.17, size * 0.16, 0, 2 * Math.PI);
    c.fillStyle = WHITE;
    c.fill();
    c.fillStyle = DARK;
    c.font = `700 ${size * 0.26}px ${FONT}`;
    c.fillText('?', size * 0.83, size * 0.26);
  };

function drawn(size: number, draw: Draw): ImageData {
  const canvas = new OffscreenCanvas(size, size);
  // Read back at once: on a graphics card that would wait for everything the map has begun.
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser draws no 2D canvas.');
  draw(context, size);
  return context.getImageData(0, 0, size, size);
}

/** Every picture that the layers name, without prefix. */
export function overlayImages(): Map<string, ImageData> {
  const images = new Map<string, ImageData>();
  for (const name of ['B', 'C', 'D', 'unknown'] as const) {
    images.set(`hatch-${name}`, drawn(name === 'D' ? 24 : 20, hatch[name]));
  }
  for (const name of ['B', 'C', 'D'] as const) {
    images.set(`letter-${name}`, drawn(64, letter(name, false)));
    images.set(`letter-${name}-person`, drawn(64, letter(name, true)));
    images.set(`chip-${name}`, drawn(96, chip(name, false)));
    images.set(`chip-${name}-open`, drawn(96, chip(name, true)));
  }
  return images;
}
