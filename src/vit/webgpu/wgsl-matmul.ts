import { lengthFor, lengthOf, matmulHead, range } from './matmul-shape.ts';
import type { MatmulShape } from './matmul-shape.ts';

/** How a workgroup shares the work of a matmul. */
export interface MatmulTile {
  /** Threads of a workgroup, down and across the result. */
  threads: readonly [down: 8 | 16, across: 8 | 16];
  /** Rows and columns that one thread sums. */
  perThread: readonly [rows: 4 | 8, columns: 4 | 8];
  /**
   * Multiply in half precision (`shader-f16`): products of one slice are summed in it, slices in
   * single precision.
   */
  half?: boolean;
}

/** Depth of the slice of both operands that a workgroup holds at a time. */
const SLICE = 16;

/**
 * A matmul in tiles: a workgroup holds a slice of both operands in shared memory, along `inner`, and
 * each thread sums a square of the result in registers. Neighbouring threads take neighbouring
 * columns, four at a time, and lines of shared memory are turned by a few places from one depth to
 * the next: neither loads nor stores then meet in a bank.
 */
export function matmulWgsl(
  shape: MatmulShape,
  { threads: [down, across], perThread: [per, wide], half = false }: MatmulTile,
): string {
  const { rows, inner, columns, transposedA = false, transposedB = false } = shape;
  const [rowQuads, quads] = [per / 4, wide / 4];
  const [tileRows, tileColumns] = [down * per, across * wide];
  const [quadsA, quadsB] = [tileRows / 4, tileColumns / 4];
  const parts = SLICE / 4;
  const [blocksA, blocksB] = [parts * quadsA, parts * quadsB];
  /** Places that a line is turned by for each step in depth: eight or sixteen fill all banks. */
  const turn = half && Math.min(quadsA, quadsB) >= 16 ? 2 : 1;
  const lines = range(per);
  const sums = (row: number, quad: number) => `s${row}_${quad}`;
  const partial = (row: number, quad: number) => (half ? `h${row}_${quad}` : sums(row, quad));
  const component = (row: number) => `a${row >> 2}.${'xyzw'[row & 3]}`;
  const [scalar, four] = half ? ['f16', 'vec4h'] : ['f32', 'vec4f'];
  const each = (line: (row: number, quad: number) => string) =>
    lines
      .map((row) =>
        range(quads)
          .map((quad) => line(row, quad))
          .join(' '),
      )
      .join('\n');
  /** Part and line of a block: neighbouring threads read what lies side by side. */
  const blockOf = (count: number, alongInner: boolean) =>
    alongInner
      ? `let part = at % ${parts}u; let line = at / ${parts}u;`
      : `let part = at / ${count}u; let line = at % ${count}u;`;
  const place = (count: number) => `part * ${4 * count}u + (line ^ (part << ${turn}u))`;
  const store = (name: string, count: number, t: string) =>
    `let to = ${place(count)};
        let t = ${t};
        ${range(4)
          .map((i) => `${name}[to + ${i * count}u] = ${four}(t[${i}]);`)
          .join(' ')}`;
  return `${half ? 'enable f16;' : ''}
${matmulHead(shape, 'vec4f')}

var<workgroup> slice_a: array<${four}, ${SLICE * quadsA}>; // [inner][row / 4]
var<workgroup> slice_b: array<${four}, ${SLICE * quadsB}>; // [inner][column / 4]

// Four of a: of one row along inner, or of four rows where a lies that way.
fn load_a(line: u32, quad: u32, lines: u32, quads: u32) -> vec4f {
  if (line >= lines || quad >= quads) { return vec4f(0.0); }
  return a[line * quads + quad];
}

fn load_b(line: u32, quad: u32, lines: u32, quads: u32) -> vec4f {
  if (line >= lines || quad >= quads) { return vec4f(0.0); }
  return widen(b[line * quads + quad]);
}

@compute @workgroup_size(${across}, ${down})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let ROWS = ${lengthOf(rows)};
  let INNER = ${lengthOf(inner)};
  let first_row = group.y * ${tileRows}u;
  let first_column = group.x * ${tileColumns}u;
${each((row, quad) => `  var ${sums(row, quad)} = vec4f(0.0);`)}
  for (var k = 0u; k < INNER; k += ${SLICE}u) {
    // Each thread takes 4 × 4 blocks, turned where the operand runs along inner.
    for (var block = index; block < ${blocksA + blocksB}u; block += ${down * across}u) {
      // Short loops over both cases: unrolled by hand they take software adapters seconds to compile.
      var lines: mat4x4f;
      if (block < ${blocksA}u) {
        let at = block;
        ${blockOf(quadsA, !transposedA)}
        for (var i = 0u; i < 4u; i++) {
          ${
            transposedA
              ? 'lines[i] = load_a(k + part * 4u + i, first_row / 4u + line, INNER, ROWS / 4u);'
              : 'lines[i] = load_a(first_row + line * 4u + i, k / 4u + part, ROWS, INNER / 4u);'
          }
        }
        ${store('slice_a', quadsA, transposedA ? 'lines' : 'transpose(lines)')}
      } else {
        let at = block - ${blocksA}u;
        ${blockOf(quadsB, transposedB)}
        for (var i = 0u; i < 4u; i++) {
          ${
            transposedB
              ? `lines[i] = load_b(first_column + line * 4u + i, k / 4u + part, ${columns}u, INNER / 4u);`
              : `lines[i] = load_b(k + part * 4u + i, first_column / 4u + line, INNER, ${columns / 4}u);`
          }
        }
        ${store('slice_b', quadsB, transposedB ? 'transpose(lines)' : 'lines')}
      }
    }
    workgroupBarrier();
${half ? each((row, quad) => `    var ${partial(row, quad)} = vec4h(0.0h);`) : ''}
    for (var i = 0u; i < ${SLICE}u; i++) {
      let turned = (i >> 2u) << ${turn}u;
${range(rowQuads)
  .map(
    (q) =>
      `      let a${q} = slice_a[i * ${quadsA}u + ((local.y * ${rowQuads}u + ${q}u) ^ turned)];`,
  )
  .join('\n')}
${range(quads)
  .map((q) => `      let b${q} = slice_b[i * ${quadsB}u + ((local.x + ${q * across}u) ^ turned)];`)
  .join('\n')}
${each((row, quad) => {
  const sum = partial(row, quad);
  return `      ${sum} = fma(${four}(${scalar}(${component(row)})), b${quad}, ${sum});`;
})}
    }
${half ? each((row, quad) => `    ${sums(row, quad)} += vec4f(${partial(row, quad)});`) : ''}
    workgroupBarrier();
  }
  let row = first_row + local.y * ${per}u;
  let quad = first_column / 4u + local.x;
  var sums = array<vec4f, ${per * quads}>(${lines
    .flatMap((row) => range(quads).map((quad) => sums(row, quad)))
    .join(', ')});
  for (var i = 0u; i < ${per * quads}u; i++) {
    finish(row + i / ${quads}u, quad + ${across}u * (i % ${quads}u), sums[i]);
  }
}`;
}

/** Workgroups that cover the result. */
export function matmulGroups(
  { rows, columns }: MatmulShape,
  { threads: [down, across], perThread: [per, wide] }: MatmulTile,
  batch: number,
): [number, number, number] {
  return [
    Math.ceil(columns / (across * wide)),
    Math.ceil(lengthFor(rows, batch) / (down * per)),
    1,
  ];
}
