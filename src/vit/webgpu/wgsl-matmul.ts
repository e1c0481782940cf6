/** How the weights of a matrix lie in their buffer; the file's own bytes, never widened. */
export type WeightType = 'F32' | 'F16' | 'BF16';

/** What happens to a sum before it is stored. */
export type Epilogue =
  /** out = a·wᵀ + bias */
  | 'store'
  /** out = gelu(a·wᵀ + bias), by the error function */
  | 'gelu'
  /** out += a·wᵀ + bias: the residual connection, in place */
  | 'residual'
  /** As `store`, into the token rows of an image, plus the position embedding. */
  | 'embed';

export interface MatmulShape {
  /** Rows of `a` for each image of the batch. */
  rowsPerImage: number;
  /** Columns of `a` and of `w`; a multiple of 4. */
  inner: number;
  /** Rows of `w`, columns of the result; a multiple of 4. */
  columns: number;
  weights: WeightType;
  epilogue: Epilogue;
  /** Rows and columns that one thread sums, 4 or 8; a workgroup of 8 × 8 threads has 8 times that. */
  perThread: 4 | 8;
}

/** Depth of the slice of both operands that a workgroup holds at a time. */
const SLICE = 16;

const WEIGHT_ELEMENT: Record<WeightType, string> = {
  F32: 'vec4f',
  F16: 'vec2u',
  BF16: 'vec2u',
};

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

/** Error function as in `wasm-ops.ts`: Abramowitz and Stegun 7.1.26, within 1.5e-7. */
const GELU = `fn gelu(x: vec4f) -> vec4f {
  let z = abs(x) * 0.70710678118;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741
    + t * (-1.453152027 + t * 1.061405429))));
  // max(x, 0) − |x|·Φ(−|x|) loses no digits where x is very negative.
  return max(x, vec4f(0.0)) - abs(x) * (0.5 * series * exp(-z * z));
}`;

const range = (count: number): number[] => [...Array(count).keys()];

/**
 * A matmul `a[rows, inner] · w[columns, inner]ᵀ` with what follows it fused in. Both operands run
 * along `inner` in memory, as Hugging Face stores them. A workgroup holds a slice of both in shared
 * memory, transposed, and each thread sums a square of the result in registers.
 */
export function matmulWgsl(shape: MatmulShape): string {
  const { rowsPerImage, inner, columns, weights, epilogue, perThread: per } = shape;
  const quads = per / 4;
  const tile = 8 * per;
  const tileQuads = tile / 4;
  const rows = range(per);
  const sums = (row: number, quad: number) => `s${row}_${quad}`;
  const component = (row: number) => `a${row >> 2}.${'xyzw'[row & 3]}`;
  return `
struct Run { batch: u32 }
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<${WEIGHT_ELEMENT[weights]}>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;
@group(0) @binding(4) var<uniform> run: Run;
${epilogue === 'embed' ? '@group(0) @binding(5) var<storage, read> positions: array<vec4f>;' : ''}

const INNER = ${inner / 4}u; // in vec4
const COLUMNS = ${columns}u;
var<workgroup> slice_a: array<vec4f, ${SLICE * tileQuads}>; // [inner][row / 4]
var<workgroup> slice_w: array<vec4f, ${SLICE * tileQuads}>; // [inner][column / 4]

${WIDEN[weights]}
${epilogue === 'gelu' ? GELU : ''}

fn load_a(row: u32, k: u32, rows: u32) -> vec4f {
  if (row >= rows || k >= INNER) { return vec4f(0.0); }
  return a[row * INNER + k];
}

fn load_w(column: u32, k: u32) -> vec4f {
  if (column >= COLUMNS || k >= INNER) { return vec4f(0.0); }
  return widen(w[column * INNER + k]);
}

fn finish(row: u32, quad: u32, sum: vec4f, rows: u32) {
  if (row >= rows || quad >= ${columns / 4}u) { return; }
  let value = sum + bias[quad];
${finishBody(epilogue, rowsPerImage, columns / 4)}
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let rows = run.batch * ${rowsPerImage}u;
  let first_row = group.y * ${tile}u;
  let first_column = group.x * ${tile}u;
${rows
  .map((row) =>
    range(quads)
      .map((quad) => `  var ${sums(row, quad)} = vec4f(0.0);`)
      .join(''),
  )
  .join('\n')}
  for (var k = 0u; k < INNER; k += ${SLICE / 4}u) {
    // Each thread takes 4 × 4 blocks and turns them, so that shared memory is written in vec4.
    for (var block = index; block < ${2 * SLICE * (tileQuads / 4)}u; block += 64u) {
      let part = block % ${SLICE / 4}u;
      let line = (block / ${SLICE / 4}u) % ${tileQuads}u;
      // Short loops over both cases: unrolled by hand they take software adapters seconds to compile.
      var lines: mat4x4f;
      for (var i = 0u; i < 4u; i++) {
        if (block < ${SLICE * (tileQuads / 4)}u) {
          lines[i] = load_a(first_row + line * 4u + i, k + part, rows);
        } else {
          lines[i] = load_w(first_column + line * 4u + i, k + part);
        }
      }
      let at = part * ${4 * tileQuads}u + line;
      let t = transpose(lines);
      if (block < ${SLICE * (tileQuads / 4)}u) {
        ${range(4)
          .map((i) => `slice_a[at + ${i * tileQuads}u] = t[${i}];`)
          .join(' ')}
      } else {
        ${range(4)
          .map((i) => `slice_w[at + ${i * tileQuads}u] = t[${i}];`)
          .join(' ')}
      }
    }
    workgroupBarrier();
    for (var i = 0u; i < ${SLICE}u; i++) {
${range(quads)
  .map(
    (quad) => `      let a${quad} = slice_a[i * ${tileQuads}u + local.y * ${quads}u + ${quad}u];
      let w${quad} = slice_w[i * ${tileQuads}u + local.x * ${quads}u + ${quad}u];`,
  )
  .join('\n')}
${rows
  .map((row) =>
    range(quads)
      .map((quad) => {
        const sum = sums(row, quad);
        return `      ${sum} = fma(vec4f(${component(row)}), w${quad}, ${sum});`;
      })
      .join('\n'),
  )
  .join('\n')}
    }
    workgroupBarrier();
  }
  let row = first_row + local.y * ${per}u;
  let quad = first_column / 4u + local.x * ${quads}u;
  var sums = array<vec4f, ${per * quads}>(${rows
    .flatMap((row) => range(quads).map((quad) => sums(row, quad)))
    .join(', ')});
  for (var i = 0u; i < ${per * quads}u; i++) {
    finish(row + i / ${quads}u, quad + i % ${quads}u, sums[i], rows);
  }
}`;
}

function finishBody(epilogue: Epilogue, rowsPerImage: number, quads: number): string {
  const at = `row * ${quads}u + quad`;
  switch (epilogue) {
    case 'store':
      return `  result[${at}] = value;`;
    case 'gelu':
      return `  result[${at}] = gelu(value);`;
    case 'residual':
      return `  result[${at}] += value;`;
    case 'embed':
      // Patch p of image i becomes token p + 1: token 0 is the class token.
      return `  let token = row % ${rowsPerImage}u + 1u;
  let image = row / ${rowsPerImage}u;
  result[(image * ${rowsPerImage + 1}u + token) * ${quads}u + quad] =
    value + positions[token * ${quads}u + quad];`;
  }
}

/** Workgroups that cover the result. */
export function matmulGroups(
  { rowsPerImage, columns, perThread }: MatmulShape,
  batch: number,
): [number, number, number] {
  const tile = 8 * perThread;
  return [Math.ceil(columns / tile), Math.ceil((batch * rowsPerImage) / tile), 1];
}
