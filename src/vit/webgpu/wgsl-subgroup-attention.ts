import { range } from './matmul-shape.ts';
import type { AttentionWgslShape } from './wgsl-attention.ts';

/** Queries of a subgroup, at least. */
const QUERIES = 8;

const queriesOf = (lanes: number): number => Math.max(QUERIES, lanes);

/**
 * Attention for adapters that are the CPU in disguise; reads and writes as `attentionWgsl`. Each lane
 * loads another key, then another part of a value's row; queries and shares are broadcast. The
 * softmax runs along the keys as there, with its sums spread over the lanes.
 */
export function subgroupAttentionWgsl(
  { tokens, heads, headDim, keepLog = false }: AttentionWgslShape,
  lanes: number,
): string {
  const quads = headDim / 4;
  const width = heads * quads; // of q, of k, of v, in vec4
  const queries = range(queriesOf(lanes));
  const groups = range(queries.length / lanes);
  /** Parts of a row of the values that one lane sums. */
  const parts = range(Math.ceil(quads / lanes));
  const each = (line: (query: number) => string) => queries.map(line).join('\n');
  const shared = (query: number, value: (group: number) => string) =>
    `subgroupBroadcast(${value(Math.floor(query / lanes))}, ${query % lanes}u)`;
  return `enable subgroups;
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> mixed: array<vec4f>;
${keepLog ? '@group(0) @binding(2) var<storage, read_write> logs: array<f32>;' : ''}
const TOKENS = ${tokens}u;

@compute @workgroup_size(${lanes})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let head = group.y * ${quads}u;
  let first_row = group.z * TOKENS;
  let first_query = group.x * ${queries.length}u;
${groups.map((g) => `  let q${g} = (first_row + min(first_query + ${g * lanes}u + lane, TOKENS - 1u)) * ${3 * width}u + head;`).join('\n')}
${parts.map((p) => `  let part${p} = min(lane + ${p * lanes}u, ${quads - 1}u);`).join('\n')}
${each((i) => `  var top${i} = -3.0e38; var total${i} = 0.0; ${parts.map((p) => `var o${i}_${p} = vec4f(0.0);`).join(' ')}`)}
  for (var first = 0u; first < TOKENS; first += ${lanes}u) {
    let key = (first_row + min(first + lane, TOKENS - 1u)) * ${3 * width}u + ${width}u + head;
${each((i) => `    var s${i} = 0.0;`)}
    for (var c = 0u; c < ${quads}u; c++) {
      let k = qkv[key + c];
${groups.map((g) => `      let a${g} = qkv[q${g} + c] * ${headDim ** -0.5};`).join('\n')}
${range(4)
  .flatMap((c) =>
    queries.map(
      (i) => `      s${i} = fma(${shared(i, (g) => `a${g}.${'xyzw'[c]}`)}, k.${'xyzw'[c]}, s${i});`,
    ),
  )
  .join('\n')}
    }
    let real = first + lane < TOKENS;
${each(
  (i) => `    s${i} = select(-3.0e38, s${i}, real);
    let next${i} = max(top${i}, subgroupMax(s${i}));
    let shrink${i} = exp(top${i} - next${i});
    s${i} = select(0.0, exp(s${i} - next${i}), real);
    top${i} = next${i};
    total${i} = total${i} * shrink${i} + s${i};
    ${parts.map((p) => `o${i}_${p} *= shrink${i};`).join(' ')}`,
)}
${range(lanes)
  .map(
    (j) => `    {
      let value = (first_row + min(first + ${j}u, TOKENS - 1u)) * ${3 * width}u + ${2 * width}u + head;
${parts.map((p) => `      let v${p} = qkv[value + part${p}];`).join('\n')}
${each((i) => `      { let share = vec4f(subgroupBroadcast(s${i}, ${j}u)); ${parts.map((p) => `o${i}_${p} = fma(share, v${p}, o${i}_${p});`).join(' ')} }`)}
    }`,
  )
  .join('\n')}
  }
${each(
  (i) => `  {
    let sum = subgroupAdd(total${i});
    if (first_query + ${i}u < TOKENS) {
      let row = first_row + first_query + ${i}u;
${parts.map((p) => `      if (lane + ${p * lanes}u < ${quads}u) { mixed[row * ${width}u + head + part${p}] = o${i}_${p} / sum; }`).join('\n')}
${keepLog ? `      if (lane == 0u) { logs[row * ${heads}u + group.y] = top${i} + log(sum); }` : ''}
    }
  }`,
)}
}`;
}

/** Workgroups that cover all queries. */
export function subgroupAttentionGroups(
  { tokens, heads }: AttentionWgslShape,
  lanes: number,
  batch: number,
): [number, number, number] {
  return [Math.ceil(tokens / queriesOf(lanes)), heads, batch];
}
