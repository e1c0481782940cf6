import { range } from './matmul-shape.ts';

export interface AttentionWgslShape {
  tokens: number;
  heads: number;
  /** A multiple of 4. */
  headDim: number;
  /** Keep the logarithm of each softmax's denominator, `[rows, heads]`, for a backward pass. */
  keepLog?: boolean;
}

/** Queries of a workgroup, one a thread. */
const QUERIES = 64;
/** Keys and values held in shared memory at a time; a multiple of 4. */
const KEYS = 16;

/**
 * softmax(q·kᵀ/√headDim)·v for every image and head, without the tokens × tokens matrix: each thread
 * walks along the keys for one query, and rescales what it has summed when it meets a larger score.
 * Reads `[rows, 3·heads·headDim]` (queries, keys, values side by side), writes `[rows, heads·headDim]`.
 * @see Dao et al. 2022, "FlashAttention", algorithm 1; Milakov and Gimelshein 2018 for the softmax
 */
export function attentionWgsl({
  tokens,
  heads,
  headDim,
  keepLog = false,
}: AttentionWgslShape): string {
  const quads = headDim / 4;
  const width = heads * quads; // of q, of k, of v, in vec4
  const each = range(quads);
  return `
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> mixed: array<vec4f>;
${keepLog ? '@group(0) @binding(2) var<storage, read_write> logs: array<f32>;' : ''}

const TOKENS = ${tokens}u;
var<workgroup> keys: array<vec4f, ${KEYS * quads}>;
var<workgroup> values: array<vec4f, ${KEYS * quads}>;

@compute @workgroup_size(${QUERIES})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let image = group.z;
  let head = group.y * ${quads}u;
  let query = group.x * ${QUERIES}u + index;
  let row = (image * TOKENS + min(query, TOKENS - 1u)) * ${3 * width}u + head;
${each.map((c) => `  let q${c} = qkv[row + ${c}u] * ${headDim ** -0.5};\n  var o${c} = vec4f(0.0);`).join('\n')}
  var top = -3.0e38;
  var total = 0.0;
  for (var first = 0u; first < TOKENS; first += ${KEYS}u) {
    for (var i = index; i < ${KEYS * quads}u; i += ${QUERIES}u) {
      let token = first + i / ${quads}u;
      if (token < TOKENS) {
        let at = (image * TOKENS + token) * ${3 * width}u + head + i % ${quads}u;
        keys[i] = qkv[at + ${width}u];
        values[i] = qkv[at + ${2 * width}u];
      } else {
        keys[i] = vec4f(0.0);
        values[i] = vec4f(0.0);
      }
    }
    workgroupBarrier();
    for (var j = 0u; j < ${KEYS}u; j += 4u) {
      let at = j * ${quads}u;
      var scores = vec4f(0.0);
${each
  .map(
    (c) => `      scores += vec4f(
        dot(q${c}, keys[at + ${c}u]), dot(q${c}, keys[at + ${quads + c}u]),
        dot(q${c}, keys[at + ${2 * quads + c}u]), dot(q${c}, keys[at + ${3 * quads + c}u]));`,
  )
  .join('\n')}
      let token = vec4u(first + j) + vec4u(0u, 1u, 2u, 3u);
      scores = select(vec4f(-3.0e38), scores, token < vec4u(TOKENS));
      let next = max(top, max(max(scores.x, scores.y), max(scores.z, scores.w)));
      let shrink = exp(top - next);
      let shares = select(vec4f(0.0), exp(scores - next), token < vec4u(TOKENS));
      top = next;
      total = total * shrink + shares.x + shares.y + shares.z + shares.w;
${each
  .map(
    (c) => `      o${c} = o${c} * shrink + shares.x * values[at + ${c}u]
        + shares.y * values[at + ${quads + c}u] + shares.z * values[at + ${2 * quads + c}u]
        + shares.w * values[at + ${3 * quads + c}u];`,
  )
  .join('\n')}
    }
    workgroupBarrier();
  }
  if (query < TOKENS) {
    let to = (image * TOKENS + query) * ${width}u + head;
${each.map((c) => `    mixed[to + ${c}u] = o${c} / total;`).join('\n')}
${keepLog ? `    logs[(image * TOKENS + query) * ${heads}u + group.y] = top + log(total);` : ''}
  }
}`;
}

/** Workgroups that cover all queries. */
export function attentionGroups(
  { tokens, heads }: AttentionWgslShape,
  batch: number,
): [number, number, number] {
  return [Math.ceil(tokens / QUERIES), heads, batch];
}
