/** How the weights of a matrix lie in their buffer; the file's own bytes, never widened. */
export type WeightType = 'F32' | 'F16' | 'BF16';

/** What happens to a sum before it is stored. */
export type Epilogue =
  /** out = sum (+ bias) */
  | 'store'
  /** out = gelu(sum + bias), by the error function */
  | 'gelu'
  /** As `gelu`, and what went into it is kept for the backward pass. */
  | 'gelu-keep'
  /** out = sum · gelu′(kept) */
  | 'gelu-slope'
  /** out += sum (+ bias): the residual connection, in place */
  | 'residual'
  /** out = sum (+ bias) + other */
  | 'add'
  /** As `store`, into the token rows of an image, plus the position embedding. */
  | 'embed';

/** Length of a side: fixed, or so many for each image of the batch. */
export interface Extent {
  count: number;
  perImage: boolean;
}

/** A product of two matrices, `[rows, inner]` by `[inner, columns]`, with what follows it. */
export interface MatmulShape {
  rows: Extent;
  inner: Extent;
  columns: number;
  /** `a` lies as `[inner, rows]`. */
  transposedA?: boolean;
  /** `b` lies as `[columns, inner]`, as Hugging Face stores the weights of a layer. */
  transposedB?: boolean;
  /** Type of `b`. */
  weights: WeightType;
  bias: boolean;
  epilogue: Epilogue;
}

export const range = (count: number): number[] => [...Array(count).keys()];

/** The WGSL expression of a length. */
export const lengthOf = ({ count, perImage }: Extent): string =>
  perImage ? `run.batch * ${count}u` : `${count}u`;

/** Length of a side for a batch. */
export const lengthFor = ({ count, perImage }: Extent, batch: number): number =>
  perImage ? batch * count : count;

/** Buffers of the kernel, in the order of their bindings. */
export function matmulBindings({ bias, epilogue }: MatmulShape): string[] {
  const extra = {
    store: [],
    gelu: [],
    residual: [],
    add: ['other'],
    embed: ['positions'],
    'gelu-keep': ['kept'],
    'gelu-slope': ['kept'],
  };
  return ['a', 'b', 'result', 'run', ...(bias ? ['bias'] : []), ...extra[epilogue]];
}

const ELEMENT: Record<WeightType, string> = { F32: 'vec4f', F16: 'vec2u', BF16: 'vec2u' };

/** WGSL that widens one buffer element to four weights; exact for each type. */
const WIDEN: Record<WeightType, string> = {
  F32: 'fn widen(raw: vec4f) -> vec4f { return raw; }',
  F16: `fn widen(raw: vec2u) -> vec4f {
  return vec4f(unpack2x16float(raw.x), unpack2x16float(raw.y));
}`,
  BF16: `fn widen(raw: vec2u) -> vec4f {
  return bitcast<vec4f>(vec4u(
    raw.x << 16u, raw.x & 0xffff0000u, raw.y << 16u, raw.y & 0xffff0000u));
}`,
};

/** Φ(−|x|)·2 by its series, as in `wasm-ops.ts`: Abramowitz and Stegun 7.1.26, within 1.5e-7. */
const TAIL = `fn tail(x: vec4f) -> vec4f {
  let z = abs(x) * 0.70710678118;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741
    + t * (-1.453152027 + t * 1.061405429))));
  return series * exp(-z * z);
}`;

const GELU = `${TAIL}
fn gelu(x: vec4f) -> vec4f {
  // max(x, 0) − |x|·Φ(−|x|) loses no digits where x is very negative.
  return max(x, vec4f(0.0)) - abs(x) * (0.5 * tail(x));
}`;

/** d gelu/dx = Φ(x) + x·φ(x), φ the normal density. */
const SLOPE = `${TAIL}
fn slope(x: vec4f) -> vec4f {
  let half = 0.5 * tail(x);
  let phi = select(half, 1.0 - half, x > vec4f(0.0));
  return phi + x * exp(-0.5 * x * x) * 0.3989422804;
}`;

/** Declarations that every matmul kernel starts with. `a` lies in `elementA`. */
export function matmulHead(shape: MatmulShape, elementA: 'vec4f' | 'f32'): string {
  const { weights, epilogue } = shape;
  const access = (name: string): string => {
    if (name === 'run') return `var<uniform> run: Run;`;
    if (name === 'a') return `var<storage, read> a: array<${elementA}>;`;
    if (name === 'b') return `var<storage, read> b: array<${ELEMENT[weights]}>;`;
    const written = name === 'result' || (name === 'kept' && epilogue === 'gelu-keep');
    return `var<storage, ${written ? 'read_write' : 'read'}> ${name}: array<vec4f>;`;
  };
  return `struct Run { batch: u32 }
${matmulBindings(shape)
  .map((name, at) => `@group(0) @binding(${at}) ${access(name)}`)
  .join('\n')}
${WIDEN[weights]}
${epilogue === 'gelu' || epilogue === 'gelu-keep' ? GELU : ''}
${epilogue === 'gelu-slope' ? SLOPE : ''}
${finish(shape)}`;
}

/** `finish(row, quad, sum)`: what becomes of four neighbouring sums. */
function finish({ rows, columns, bias, epilogue }: MatmulShape): string {
  const quads = columns / 4;
  const at = `row * ${quads}u + quad`;
  const bodies: Record<Epilogue, string> = {
    store: `result[${at}] = value;`,
    gelu: `result[${at}] = gelu(value);`,
    'gelu-keep': `kept[${at}] = value; result[${at}] = gelu(value);`,
    'gelu-slope': `result[${at}] = value * slope(kept[${at}]);`,
    residual: `result[${at}] += value;`,
    add: `result[${at}] = value + other[${at}];`,
    // Patch p of image i becomes token p + 1: token 0 is the class token.
    embed: `let token = row % ${rows.count}u + 1u;
  let image = row / ${rows.count}u;
  result[(image * ${rows.count + 1}u + token) * ${quads}u + quad] =
    value + positions[token * ${quads}u + quad];`,
  };
  return `fn finish(row: u32, quad: u32, sum: vec4f) {
  if (row >= ${lengthOf(rows)} || quad >= ${quads}u) { return; }
  let value = sum${bias ? ' + bias[quad]' : ''};
  ${bodies[epilogue]}
}`;
}
