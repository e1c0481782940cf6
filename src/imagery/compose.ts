import type { MercatorBounds, RgbaImage } from './image-source.ts';
import { fillUnseen, seenPixels } from './fill-unseen.ts';
import { premultiply, resample, resizeRgba } from './resample.ts';
import type { PixelBox } from './resample.ts';

/** A decoded picture and the ground it shows. */
export interface PlacedPicture {
  bounds: MercatorBounds;
  image: RgbaImage;
}

export interface Composed {
  rgb: Uint8Array;
  /** Share of the square that opaque pixels cover, 0 to 1. */
  coverage: number;
}

/** Filter support around the square that is worth having, in output pixels. */
const MARGIN_PX = 2;

/**
 * Cuts a square out of the pictures that cover it and resamples it to `sizePx`, antialiased
 * bilinear, in one step from source pixels. Ground that no picture shows, or that is transparent,
 * continues what is seen as its mirror image, so that neither an edge nor a smoothness appears that
 * is not on the ground; `coverage` says how much is seen.
 */
export function composeSquare(
  pictures: readonly PlacedPicture[],
  bounds: MercatorBounds,
  sizePx: number,
): Composed {
  if (pictures.length === 0) return { rgb: new Uint8Array(sizePx * sizePx * 3), coverage: 0 };
  const grid = commonGrid(pictures);
  const window = windowOf(grid, bounds, sizePx);
  const canvas = new Uint8ClampedArray(window.width * window.height * 4);
  for (const picture of pictures) draw(picture, { grid, window, canvas });
  const { data } = resample(
    { width: window.width, height: window.height, channels: 4, data: canvas },
    { width: sizePx, height: sizePx, filter: 'bilinear', box: window.box },
  );
  return flatten(data, sizePx);
}

/** Pixel grid that the finest picture sets; pictures of one pyramid all fit it exactly. */
interface Grid {
  west: number;
  north: number;
  east: number;
  south: number;
  /** Mercator metres per pixel. */
  across: number;
  down: number;
}

function commonGrid(pictures: readonly PlacedPicture[]): Grid {
  const least = (of: (picture: PlacedPicture) => number): number => Math.min(...pictures.map(of));
  const west = least(({ bounds }) => bounds.west);
  const north = -least(({ bounds }) => -bounds.north);
  const east = -least(({ bounds }) => -bounds.east);
  const south = least(({ bounds }) => bounds.south);
  const finestAcross = least(({ bounds, image }) => (bounds.east - bounds.west) / image.width);
  const finestDown = least(({ bounds, image }) => (bounds.north - bounds.south) / image.height);
  // Whole pixels over all of it, so that no part of one is left bare at the far edges.
  const across = (east - west) / Math.round((east - west) / finestAcross);
  const down = (north - south) / Math.round((north - south) / finestDown);
  return { west, north, east, south, across, down };
}

interface Window {
  /** Offset of the window in grid pixels. */
  left: number;
  top: number;
  width: number;
  height: number;
  /** The square within the window. */
  box: PixelBox;
}

/** Rounding errors of the projection must not shift a square off the pixel it starts on. */
const snap = (value: number): number =>
  Math.abs(value - Math.round(value)) < 1e-6 ? Math.round(value) : value;

/** The square with a margin for the filter, as far as there are pictures. */
function windowOf(grid: Grid, bounds: MercatorBounds, sizePx: number): Window {
  const axis = ({
    from,
    to,
    last,
  }: {
    from: number;
    to: number;
    last: number;
  }): { start: number; end: number } => {
    const margin = MARGIN_PX * Math.max(1, (to - from) / sizePx);
    return {
      start: Math.min(Math.floor(from), Math.max(0, Math.floor(from - margin))),
      end: Math.max(Math.ceil(to), Math.min(last, Math.ceil(to + margin))),
    };
  };
  const left = snap((bounds.west - grid.west) / grid.across);
  const right = snap((bounds.east - grid.west) / grid.across);
  const top = snap((grid.north - bounds.north) / grid.down);
  const bottom = snap((grid.north - bounds.south) / grid.down);
  const columns = axis({
    from: left,
    to: right,
    last: Math.round((grid.east - grid.west) / grid.across),
  });
  const rows = axis({
    from: top,
    to: bottom,
    last: Math.round((grid.north - grid.south) / grid.down),
  });
  return {
    left: columns.start,
    top: rows.start,
    width: columns.end - columns.start,
    height: rows.end - rows.start,
    box: {
      left: left - columns.start,
      right: right - columns.start,
      top: top - rows.start,
      bottom: bottom - rows.start,
    },
  };
}

/** Copies the part of a picture that lies in the window, colours premultiplied by alpha. */
function draw(
  { bounds, image }: PlacedPicture,
  { grid, window, canvas }: { grid: Grid; window: Window; canvas: Uint8ClampedArray },
): void {
  const left = Math.round((bounds.west - grid.west) / grid.across);
  const top = Math.round((grid.north - bounds.north) / grid.down);
  const width = Math.round((bounds.east - grid.west) / grid.across) - left;
  const height = Math.round((grid.north - bounds.south) / grid.down) - top;
  // A server that sends another size than its neighbours is brought to theirs first.
  const fitted =
    width === image.width && height === image.height ? image : resizeRgba(image, { width, height });
  const fromX = Math.max(left, window.left);
  const toX = Math.min(left + width, window.left + window.width);
  const fromY = Math.max(top, window.top);
  const toY = Math.min(top + height, window.top + window.height);
  if (fromX >= toX) return;
  for (let y = fromY; y < toY; y++) {
    const start = ((y - top) * width + (fromX - left)) * 4;
    const row = premultiply(fitted.rgba.subarray(start, start + (toX - fromX) * 4));
    canvas.set(row, ((y - window.top) * window.width + (fromX - window.left)) * 4);
  }
}

/** Colours of premultiplied RGBA, continued over what it does not show. */
function flatten(rgba: Uint8Array | Uint8ClampedArray, sizePx: number): Composed {
  const pixels = sizePx * sizePx;
  const rgb = new Uint8Array(pixels * 3);
  let alphaSum = 0;
  for (let p = 0; p < pixels; p++) {
    const alpha = rgba[p * 4 + 3]!;
    alphaSum += alpha;
    if (alpha === 0) continue;
    for (let c = 0; c < 3; c++) {
      rgb[p * 3 + c] = Math.min(255, Math.round((rgba[p * 4 + c]! * 255) / alpha));
    }
  }
  // Nearly all of a survey is opaque.
  if (alphaSum < pixels * 255) fillUnseen(rgb, seenPixels(rgba), sizePx);
  return { rgb, coverage: alphaSum / 255 / pixels };
}
