import { lengthFor, lengthOf, matmulHead, range } from './matmul-shape.ts';
import type { MatmulShape } from './matmul-shape.ts';

/** How a workgroup shares the work of a matmul. */
export interface MatmulTile {
  /** Rows and columns that one thread sums; a workgroup of 8 × 8 threads has 8 times that. */
  perThread: 4 | 8;
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
 * each thread sums a square of the result in registers.
 */
export function matmulWgsl(
  shape: MatmulShape,
  { perThread: per, half = false }: MatmulTile,
): string {
  const { rows, inner, columns, transposedA = false, transposedB = false } = shape;
  const quads = per / 4;
  const tile = 8 * per;
  const tileQuads = tile / 4;
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
  return `${half ? 'enable f16;' : ''}
${matmulHead(shape, 'vec4f')}

var<workgroup> slice_a: array<${four}, ${SLICE * tileQuads}>; // [inner][row / 4]
var<workgroup> slice_b: array<${four}, ${SLICE * tileQuads}>; // [inner][column / 4]

// Four of a: of one row along inner, or of four rows where a lies that way.
fn load_a(line: u32, quad: u32, lines: u32, quads: u32) -> vec4f {
  if (line >= lines || quad >= quads) { return vec4f(0.0); }
  return a[line * quads + quad];
}

fn load_b(line: u32, quad: u32, lines: u32, quads: u32) -> vec4f {
  if (line >= lines || quad >= quads) { return vec4f(0.0); }
  return widen(b[line * quads + quad]);
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let ROWS = ${lengthOf(rows)};
  let INNER = ${lengthOf(inner)};
  let first_row = group.y * ${tile}u;
  let first_column = group.x * ${tile}u;
${each((row, quad) => `  var ${sums(row, quad)} = vec4f(0.0);`)}
  for (var k = 0u; k < INNER; k += ${SLICE}u) {
    // Each thread takes 4 × 4 blocks, turned where the operand runs along inner.
    for (var block = index; block < ${2 * (SLICE / 4) * tileQuads}u; block += 64u) {
      let part = block % ${SLICE / 4}u;
      let line = (block / ${SLICE / 4}u) % ${tileQuads}u;
      // Short loops over both cases: unrolled by hand they take software adapters seconds to compile.
      var lines: mat4x4f;
      for (var i = 0u; i < 4u; i++) {
        if (block < ${(SLICE / 4) * tileQuads}u) {
          ${
            transposedA
              ? 'lines[i] = load_a(k + part * 4u + i, first_row / 4u + line, INNER, ROWS / 4u);'
              : 'lines[i] = load_a(first_row + line * 4u + i, k / 4u + part, ROWS, INNER / 4u);'
          }
        } else {
          ${
            transposedB
              ? `lines[i] = load_b(first_column + line * 4u + i, k / 4u + part, ${columns}u, INNER / 4u);`
              : `lines[i] = load_b(k + part * 4u + i, first_column / 4u + line, INNER, ${columns / 4}u);`
          }
        }
      }
      let at = part * ${4 * tileQuads}u + line;
      if (block < ${(SLICE / 4) * tileQuads}u) {
        let t = ${transposedA ? 'lines' : 'transpose(lines)'};
        ${range(4)
          .map((i) => `slice_a[at + ${i * tileQuads}u] = ${four}(t[${i}]);`)
          .join(' ')}
      } else {
        let t = ${transposedB ? 'transpose(lines)' : 'lines'};
        ${range(4)
          .map((i) => `slice_b[at + ${i * tileQuads}u] = ${four}(t[${i}]);`)
          .join(' ')}
      }
    }
    workgroupBarrier();
${half ? each((row, quad) => `    var ${partial(row, quad)} = vec4h(0.0h);`) : ''}
    for (var i = 0u; i < ${SLICE}u; i++) {
${range(quads)
  .map(
    (quad) => `      let a${quad} = slice_a[i * ${tileQuads}u + local.y * ${quads}u + ${quad}u];
      let b${quad} = slice_b[i * ${tileQuads}u + local.x * ${quads}u + ${quad}u];`,
  )
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
  let quad = first_column / 4u + local.x * ${quads}u;
  var sums = array<vec4f, ${per * quads}>(${lines
    .flatMap((row) => range(quads).map((quad) => sums(row, quad)))
    .join(', ')});
  for (var i = 0u; i < ${per * quads}u; i++) {
    finish(row + i / ${quads}u, quad + i % ${quads}u, sums[i]);
  }
}`;
}

/** Workgroups that cover the result. */
export function matmulGroups(
  { rows, columns }: MatmulShape,
  { perThread }: MatmulTile,
  batch: number,
): [number, number, number] {
  const tile = 8 * perThread;
  return [Math.ceil(columns / tile), Math.ceil(lengthFor(rows, batch) / tile), 1];
}
