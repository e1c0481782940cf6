import { range } from './matmul-shape.ts';
import type { AttentionWgslShape } from './wgsl-attention.ts';

/** Threads of a workgroup: across the keys, then the values' columns, and down the queries. */
const [ACROSS, DOWN] = [8, 8];
/** Keys at a time, four a thread. */
const KEYS = 4 * ACROSS;

/** Shared memory that a workgroup needs [bytes]. */
export const tileAttentionBytes = ({ headDim }: AttentionWgslShape, perThread: 4 | 8): number =>
  4 * (headDim * (DOWN * perThread + KEYS) + KEYS * DOWN * perThread);

/**
 * Attention as two products in tiles, for GPUs: scores of some queries by 32 keys in registers, their
 * softmax, and the shares by the values; reads and writes as `attentionWgsl`. Each number that comes
 * from shared memory is used for four or more products, where a query a thread uses it once.
 * @param perThread queries of one thread
 */
export function tileAttentionWgsl(
  { tokens, heads, headDim, keepLog = false }: AttentionWgslShape,
  perThread: 4 | 8,
): string {
  const quads = headDim / 4;
  const width = heads * quads; // of q, of k, of v, in vec4
  const queries = DOWN * perThread;
  const [queryQuads, keyQuads] = [queries / 4, KEYS / 4];
  const rows = range(perThread);
  const rowQuads = range(perThread / 4);
  /** Parts of a row of the values that one thread sums. */
  const parts = range(Math.ceil(quads / ACROSS));
  const each = (line: (row: number) => string) => rows.map(line).join('\n');
  const one = (name: string, row: number) => `${name}${row >> 2}.${'xyzw'[row & 3]}`;
  const held = Math.max(KEYS * quads, headDim * keyQuads);
  return `
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> mixed: array<vec4f>;
${keepLog ? '@group(0) @binding(2) var<storage, read_write> logs: array<f32>;' : ''}

const TOKENS = ${tokens}u;
var<workgroup> query_part: array<vec4f, ${headDim * queryQuads}>; // [channel][query / 4]
var<workgroup> held: array<vec4f, ${held}>; // keys [channel][key / 4], then values [key][channel / 4]
var<workgroup> shares: array<vec4f, ${KEYS * queryQuads}>; // [key][query / 4]; before that, maxima

@compute @workgroup_size(${ACROSS}, ${DOWN})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let head = group.y * ${quads}u;
  let first_row = group.z * TOKENS;
  let first_query = group.x * ${queries}u;
  for (var block = index; block < ${quads * queryQuads}u; block += ${ACROSS * DOWN}u) {
    let part = block % ${quads}u;
    let line = block / ${quads}u;
    var lines: mat4x4f;
    for (var i = 0u; i < 4u; i++) {
      let row = first_row + min(first_query + line * 4u + i, TOKENS - 1u);
      lines[i] = qkv[row * ${3 * width}u + head + part] * ${headDim ** -0.5};
    }
    let t = transpose(lines);
    for (var i = 0u; i < 4u; i++) {
      query_part[(part * 4u + i) * ${queryQuads}u + (line ^ ((part & 3u) << 1u))] = t[i];
    }
  }
${each((i) => `  var top${i} = -3.0e38; var total${i} = 0.0; ${parts.map((p) => `var o${i}_${p} = vec4f(0.0);`).join(' ')}`)}
  for (var first = 0u; first < TOKENS; first += ${KEYS}u) {
    for (var block = index; block < ${quads * keyQuads}u; block += ${ACROSS * DOWN}u) {
      let part = block % ${quads}u;
      let line = block / ${quads}u;
      var lines: mat4x4f;
      for (var i = 0u; i < 4u; i++) {
        let row = first_row + min(first + line * 4u + i, TOKENS - 1u);
        lines[i] = qkv[row * ${3 * width}u + ${width}u + head + part];
      }
      let t = transpose(lines);
      for (var i = 0u; i < 4u; i++) {
        held[(part * 4u + i) * ${keyQuads}u + (line ^ ((part & 3u) << 1u))] = t[i];
      }
    }
    workgroupBarrier();
${each((i) => `    var s${i} = vec4f(0.0);`)}
    for (var c = 0u; c < ${headDim}u; c++) {
      let turned = ((c >> 2u) & 3u) << 1u;
${rowQuads.map((q) => `      let q${q} = query_part[c * ${queryQuads}u + ((local.y * ${rowQuads.length}u + ${q}u) ^ turned)];`).join('\n')}
      let k = held[c * ${keyQuads}u + (local.x ^ turned)];
${each((i) => `      s${i} = fma(vec4f(${one('q', i)}), k, s${i});`)}
    }
    let real = vec4u(first + local.x * 4u) + vec4u(0u, 1u, 2u, 3u) < vec4u(TOKENS);
${each((i) => `    s${i} = select(vec4f(-3.0e38), s${i}, real);`)}
${rowQuads
  .map(
    (q) =>
      `    shares[local.x * ${queryQuads}u + local.y * ${rowQuads.length}u + ${q}u] = vec4f(${range(
        4,
      )
        .map(
          (r) =>
            `max(max(s${4 * q + r}.x, s${4 * q + r}.y), max(s${4 * q + r}.z, s${4 * q + r}.w))`,
        )
        .join(', ')});`,
  )
  .join('\n')}
    workgroupBarrier();
${rowQuads
  .map(
    (q) =>
      `    var next${q} = vec4f(${range(4)
        .map((r) => `top${4 * q + r}`)
        .join(', ')});`,
  )
  .join('\n')}
    for (var i = 0u; i < ${ACROSS}u; i++) {
${rowQuads.map((q) => `      next${q} = max(next${q}, shares[i * ${queryQuads}u + local.y * ${rowQuads.length}u + ${q}u]);`).join('\n')}
    }
    for (var i = index; i < ${KEYS * quads}u; i += ${ACROSS * DOWN}u) {
      let row = first_row + min(first + i / ${quads}u, TOKENS - 1u);
      held[i] = qkv[row * ${3 * width}u + ${2 * width}u + head + i % ${quads}u];
    }
${each(
  (i) => `    {
      let next = ${one('next', i)};
      let shrink = exp(top${i} - next);
      s${i} = select(vec4f(0.0), exp(s${i} - next), real);
      top${i} = next;
      total${i} = total${i} * shrink + dot(s${i}, vec4f(1.0));
      ${parts.map((p) => `o${i}_${p} *= shrink;`).join(' ')}
    }`,
)}
    workgroupBarrier();
${range(4)
  .flatMap((c) =>
    rowQuads.map(
      (q) =>
        `    shares[(local.x * 4u + ${c}u) * ${queryQuads}u + ((local.y * ${rowQuads.length}u + ${q}u) ^ (local.x & 7u))] = vec4f(${range(
          4,
        )
          .map((r) => `s${4 * q + r}.${'xyzw'[c]}`)
          .join(', ')});`,
    ),
  )
  .join('\n')}
    workgroupBarrier();
    for (var j = 0u; j < ${KEYS}u; j++) {
${rowQuads.map((q) => `      let p${q} = shares[j * ${queryQuads}u + ((local.y * ${rowQuads.length}u + ${q}u) ^ (j >> 2u))];`).join('\n')}
${parts.map((p) => `      let v${p} = held[j * ${quads}u + min(local.x + ${p * ACROSS}u, ${quads - 1}u)];`).join('\n')}
${each((i) => `      ${parts.map((p) => `o${i}_${p} = fma(vec4f(${one('p', i)}), v${p}, o${i}_${p});`).join(' ')}`)}
    }
    workgroupBarrier();
  }
${rowQuads
  .map(
    (q) =>
      `  shares[local.x * ${queryQuads}u + local.y * ${rowQuads.length}u + ${q}u] = vec4f(${range(4)
        .map((r) => `total${4 * q + r}`)
        .join(', ')});`,
  )
  .join('\n')}
  workgroupBarrier();
${rowQuads.map((q) => `  var all${q} = vec4f(0.0);`).join('\n')}
  for (var i = 0u; i < ${ACROSS}u; i++) {
${rowQuads.map((q) => `    all${q} += shares[i * ${queryQuads}u + local.y * ${rowQuads.length}u + ${q}u];`).join('\n')}
  }
  let query = first_query + local.y * ${perThread}u;
${each(
  (i) => `  if (query + ${i}u < TOKENS) {
    let row = first_row + query + ${i}u;
${parts.map((p) => `    if (local.x + ${p * ACROSS}u < ${quads}u) { mixed[row * ${width}u + head + local.x + ${p * ACROSS}u] = o${i}_${p} / ${one('all', i)}; }`).join('\n')}
${keepLog ? `    if (local.x == 0u) { logs[row * ${heads}u + group.y] = top${i} + log(${one('all', i)}); }` : ''}
  }`,
)}
}`;
}

/** Workgroups that cover all queries. */
export function tileAttentionGroups(
  { tokens, heads }: AttentionWgslShape,
  perThread: 4 | 8,
  batch: number,
): [number, number, number] {
  return [Math.ceil(tokens / (DOWN * perThread)), heads, batch];
}
