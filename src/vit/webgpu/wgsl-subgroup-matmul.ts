import { lengthFor, lengthOf, matmulHead, range } from './matmul-shape.ts';
import type { MatmulShape } from './matmul-shape.ts';

/** Columns that one invocation sums. */
const COLUMNS = 4;
/** Rows that a subgroup sums, at least. */
const ROWS = 8;

const rowsOf = (lanes: number): number => Math.max(ROWS, lanes);

/**
 * A matmul for adapters that are the CPU in disguise. There a subgroup is one vector register and a
 * load is a loop over its lanes, so that loads are what costs: each lane loads another row of `a`, a
 * broadcast gives it to all, and nothing passes through shared memory, whose barriers are a change
 * of coroutine. On Mesa's lavapipe three to seven times as fast as tiles in shared memory, and
 * compiled in a quarter of the time.
 * @param lanes the adapter's subgroup size, the smallest being the largest
 */
export function subgroupMatmulWgsl(shape: MatmulShape, lanes: number): string {
  const { rows, inner, columns, transposedA = false, transposedB = false } = shape;
  const height = rowsOf(lanes);
  const groups = range(height / lanes);
  // Along `inner` four at a time where an operand lies that way.
  const along = transposedA && !transposedB ? 1 : 4;
  const steps = range(along);
  const component = (i: number) => 'xyzw'[i]!;
  const loadB = transposedB
    ? range(COLUMNS).map((c) => `let b${c} = widen(b[from_b${c} + k]);`)
    : steps.map((s) => `let b${s} = widen(b[(k * ${along}u + ${s}u) * ${columns / 4}u + quad]);`);
  const loadA = groups.flatMap((g) =>
    transposedA
      ? steps.map((s) => `let a${g}_${s} = a[(k * ${along}u + ${s}u) * ROWS + row${g}];`)
      : [`let a${g} = a[row${g} * INNER + k];`],
  );
  const fourOfB = (s: number): string =>
    transposedB
      ? `vec4f(${range(COLUMNS)
          .map((c) => `b${c}.${component(s)}`)
          .join(', ')})`
      : `b${s}`;
  const oneOfA = (row: number, s: number): string => {
    const group = Math.floor(row / lanes);
    const value = transposedA ? `a${group}_${s}` : `a${group}.${component(s)}`;
    return `subgroupBroadcast(${value}, ${row % lanes}u)`;
  };
  return `enable subgroups;
diagnostic(off, subgroup_uniformity);
${matmulHead(shape, transposedA ? 'f32' : 'vec4f')}

@compute @workgroup_size(${lanes})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let ROWS = ${lengthOf(rows)};
  let INNER = (${lengthOf(inner)}) / ${along}u;
  let first_row = group.y * ${height}u;
  let own_quad = group.x * ${lanes}u + lane;
  let quad = min(own_quad, ${columns / 4 - 1}u);
${groups.map((g) => `  let row${g} = min(first_row + ${g * lanes}u + lane, ROWS - 1u);`).join('\n')}
${
  transposedB
    ? range(COLUMNS)
        .map((c) => `  let from_b${c} = (quad * 4u + ${c}u) * INNER;`)
        .join('\n')
    : ''
}
${range(height)
  .map((row) => `  var s${row} = vec4f(0.0);`)
  .join('\n')}
  for (var k = 0u; k < INNER; k++) {
    ${[...loadB, ...loadA].join('\n    ')}
${steps
  .flatMap((s) => [
    `    let four${s} = ${fourOfB(s)};`,
    ...range(height).map(
      (row) => `    s${row} = fma(vec4f(${oneOfA(row, s)}), four${s}, s${row});`,
    ),
  ])
  .join('\n')}
  }
${range(height)
  .map((row) => `  finish(first_row + ${row}u, own_quad, s${row});`)
  .join('\n')}
}`;
}

/** Workgroups that cover the result. */
export function subgroupMatmulGroups(
  { rows, columns }: MatmulShape,
  lanes: number,
  batch: number,
): [number, number, number] {
  return [
    Math.ceil(columns / (COLUMNS * lanes)),
    Math.ceil(lengthFor(rows, batch) / rowsOf(lanes)),
    1,
  ];
}
