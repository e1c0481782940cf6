import type { Likeness } from '../checkpoint/likeness.ts';
import type { RgbImage } from '../imagery/patch.ts';

/** Sizes at which texture is measured: the picture itself, and halved this often. */
const SCALES = 4;

/** Whether a picture is unlike those that the model learned from. */
export function isUnlike(
  { features, picture }: { features: Float32Array; picture: RgbImage },
  likeness: Likeness | null,
): boolean {
  const known = likeness?.features;
  if (known && nearest(features, known.prototypes) > known.threshold) return true;
  const looks = likeness?.picture;
  return !!looks && mahalanobis(pictureStatistics(picture), looks) > looks.threshold;
}

/**
 * Cosine distance to the nearest of some directions, 0 to 2.
 * @see Sun et al. 2022, Out-of-Distribution Detection with Deep Nearest Neighbors
 */
export function nearest(feature: ArrayLike<number>, directions: readonly number[][]): number {
  const length = Math.sqrt(dot(feature, feature));
  let best = -1;
  for (const direction of directions) {
    const cosine = dot(feature, direction) / (length * Math.sqrt(dot(direction, direction)));
    if (cosine > best) best = cosine;
  }
  return 1 - best;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function mahalanobis(
  values: readonly number[],
  { mean, precision }: { mean: number[]; precision: number[][] },
): number {
  const off = values.map((value, i) => value - mean[i]!);
  return Math.sqrt(
    Math.max(
      0,
      off.reduce((sum, value, i) => sum + value * dot(off, precision[i]!), 0),
    ),
  );
}

/**
 * Colour and texture of a picture at the model's size, levels as 0 to 1 (`PICTURE_STATISTICS`
 * numbers): the means of red, green and blue; the logarithms of their deviations (+ 0.01) and of
 * those of red − green and of blue − (red + green) / 2 (+ 0.003); and of the grey picture and its
 * halves, quarters and eighths the logarithm of the root mean square gradient (+ 0.003), and the
 * mean gradient as a share of it, which is small where few sharp lines lie in flat ground.
 */
export function pictureStatistics({ width, height, rgb }: RgbImage): number[] {
  const n = width * height;
  const sums = new Float64Array(5);
  const squares = new Float64Array(5);
  const grey = new Float32Array(n);
  for (let k = 0; k < n; k++) {
    const r = rgb[3 * k]! / 255;
    const g = rgb[3 * k + 1]! / 255;
    const b = rgb[3 * k + 2]! / 255;
    grey[k] = (r + g + b) / 3;
    const rg = r - g;
    const by = b - (r + g) / 2;
    sums[0]! += r;
    sums[1]! += g;
    sums[2]! += b;
    sums[3]! += rg;
    sums[4]! += by;
    squares[0]! += r * r;
    squares[1]! += g * g;
    squares[2]! += b * b;
    squares[3]! += rg * rg;
    squares[4]! += by * by;
  }
  const mean = [...sums].map((sum) => sum / n);
  const spread = mean.map((m, c) => Math.sqrt(Math.max(0, squares[c]! / n - m * m)));
  const colour = spread.map((value, c) => Math.log(value + (c < 3 ? 0.01 : 0.003)));
  return [...mean.slice(0, 3), ...colour, ...texture({ width, height, grey })];
}

function texture(picture: { width: number; height: number; grey: Float32Array }): number[] {
  const out: number[] = [];
  let { width, height, grey } = picture;
  for (let scale = 0; scale < SCALES; scale++) {
    let [absolute, square] = [0, 0];
    const along = { x: (width - 1) * height, y: width * (height - 1) };
    for (const [step, count, right] of [
      [1, along.x, width - 1],
      [width, along.y, width],
    ] as const) {
      let [sum, sumOfSquares] = [0, 0];
      const rows = step === 1 ? height : height - 1;
      for (let y = 0; y < rows; y++) {
        for (let x = 0; x < right; x++) {
          const d = grey[y * width + x + step]! - grey[y * width + x]!;
          sum += Math.abs(d);
          sumOfSquares += d * d;
        }
      }
      absolute += count > 0 ? sum / count : 0;
      square += count > 0 ? sumOfSquares / count : 0;
    }
    const root = Math.sqrt(square);
    out.push(Math.log(root + 0.003), absolute / (2 * root + 0.003));
    ({ width, height, grey } = halved({ width, height, grey }));
  }
  return out;
}

/** Means of two by two pixels; an odd last row or column is left out. */
function halved({ width, height, grey }: { width: number; height: number; grey: Float32Array }) {
  const [w, h] = [width >> 1, height >> 1];
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const k = 2 * y * width + 2 * x;
      out[y * w + x] = (grey[k]! + grey[k + 1]! + grey[k + width]! + grey[k + width + 1]!) / 4;
    }
  }
  return { width: w, height: h, grey: out };
}
