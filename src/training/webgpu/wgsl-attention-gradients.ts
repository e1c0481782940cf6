import type { Kernel } from '../../vit/webgpu/kernels.ts';
import { range } from '../../vit/webgpu/matmul-shape.ts';
import type { AttentionWgslShape } from '../../vit/webgpu/wgsl-attention.ts';

/** Rows of a workgroup, one a thread; rows of the other side held in shared memory at a time. */
const [OWN, OTHERS] = [64, 8];

/** What both kernels start with: q, k, v side by side in `qkv`, and in `dqkv` their gradients. */
const head = ({ tokens }: AttentionWgslShape, quads: number, writesDeltas: boolean): string => `
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(1) var<storage, read> d_mixed: array<vec4f>;
@group(0) @binding(2) var<storage, read> logs: array<f32>;
@group(0) @binding(3) var<storage, ${writesDeltas ? 'read_write' : 'read'}> deltas: array<f32>;
@group(0) @binding(4) var<storage, read_write> d_qkv: array<vec4f>;
const TOKENS = ${tokens}u;
var<workgroup> one: array<vec4f, ${OTHERS * quads}>;
var<workgroup> two: array<vec4f, ${OTHERS * quads}>;`;

const SIGNATURE = `@compute @workgroup_size(${OWN})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
) {`;

/**
 * Gradient of attention by the queries, and for the other kernel each row's Σ d_mixed·mixed in
 * `deltas`. The shares are computed again from the scores and `logs`, so that no tokens × tokens
 * matrix is kept. Bindings: qkv, d_mixed, logs, deltas, d_qkv, mixed.
 * @see Dao et al. 2022, "FlashAttention", algorithm 4
 */
export function queryGradientKernel(shape: AttentionWgslShape): Kernel {
  const { tokens, heads, headDim } = shape;
  const quads = headDim / 4;
  const width = heads * quads;
  const each = range(quads);
  const lines = (line: (c: number) => string) => each.map(line).join('\n');
  const code = `${head(shape, quads, true)}
@group(0) @binding(5) var<storage, read> mixed: array<vec4f>;
${SIGNATURE}
  let at_head = group.y * ${quads}u;
  let first = group.z * TOKENS;
  let own = group.x * ${OWN}u + index;
  let row = first + min(own, TOKENS - 1u);
  let base = row * ${3 * width}u + at_head;
  let out = row * ${width}u + at_head;
  let log = logs[row * ${heads}u + group.y];
  var delta = 0.0;
${lines(
  (c) => `  let q${c} = qkv[base + ${c}u] * ${headDim ** -0.5};
  let o${c} = d_mixed[out + ${c}u];
  delta += dot(o${c}, mixed[out + ${c}u]);
  var d${c} = vec4f(0.0);`,
)}
  for (var other = 0u; other < TOKENS; other += ${OTHERS}u) {
    for (var i = index; i < ${OTHERS * quads}u; i += ${OWN}u) {
      let key = min(other + i / ${quads}u, TOKENS - 1u);
      let at = (first + key) * ${3 * width}u + at_head + i % ${quads}u;
      one[i] = qkv[at + ${width}u];
      two[i] = qkv[at + ${2 * width}u];
    }
    workgroupBarrier();
    let count = min(${OTHERS}u, TOKENS - other);
    for (var j = 0u; j < count; j++) {
      let at = j * ${quads}u;
      var score = -log;
      var share = -delta;
${lines((c) => `      score += dot(q${c}, one[at + ${c}u]); share += dot(o${c}, two[at + ${c}u]);`)}
      let d = exp(score) * share;
${lines((c) => `      d${c} += d * one[at + ${c}u];`)}
    }
    workgroupBarrier();
  }
  if (own < TOKENS) {
    deltas[row * ${heads}u + group.y] = delta;
${lines((c) => `    d_qkv[base + ${c}u] = d${c} * ${headDim ** -0.5};`)}
  }
}`;
  return { code, groups: (images) => [Math.ceil(tokens / OWN), heads, images] };
}

/** Gradients of attention by keys and values. Bindings: qkv, d_mixed, logs, deltas, d_qkv. */
export function keyGradientKernel(shape: AttentionWgslShape): Kernel {
  const { tokens, heads, headDim } = shape;
  const quads = headDim / 4;
  const width = heads * quads;
  const each = range(quads);
  const lines = (line: (c: number) => string) => each.map(line).join('\n');
  const code = `${head(shape, quads, false)}
var<workgroup> log_of: array<f32, ${OTHERS}>;
var<workgroup> delta_of: array<f32, ${OTHERS}>;
${SIGNATURE}
  let at_head = group.y * ${quads}u;
  let first = group.z * TOKENS;
  let own = group.x * ${OWN}u + index;
  let row = first + min(own, TOKENS - 1u);
  let base = row * ${3 * width}u + at_head;
${lines(
  (c) => `  let k${c} = qkv[base + ${width + c}u]; let v${c} = qkv[base + ${2 * width + c}u];
  var dk${c} = vec4f(0.0); var dv${c} = vec4f(0.0);`,
)}
  for (var other = 0u; other < TOKENS; other += ${OTHERS}u) {
    for (var i = index; i < ${OTHERS * quads}u; i += ${OWN}u) {
      let query = first + min(other + i / ${quads}u, TOKENS - 1u);
      let c = at_head + i % ${quads}u;
      one[i] = qkv[query * ${3 * width}u + c] * ${headDim ** -0.5};
      two[i] = d_mixed[query * ${width}u + c];
    }
    if (index < ${OTHERS}u) {
      let query = (first + min(other + index, TOKENS - 1u)) * ${heads}u + group.y;
      log_of[index] = logs[query];
      delta_of[index] = deltas[query];
    }
    workgroupBarrier();
    let count = min(${OTHERS}u, TOKENS - other);
    for (var j = 0u; j < count; j++) {
      let at = j * ${quads}u;
      var score = -log_of[j];
      var share = -delta_of[j];
${lines((c) => `      score += dot(k${c}, one[at + ${c}u]); share += dot(v${c}, two[at + ${c}u]);`)}
      let p = exp(score);
      let d = p * share;
${lines((c) => `      dk${c} += d * one[at + ${c}u]; dv${c} += p * two[at + ${c}u];`)}
    }
    workgroupBarrier();
  }
  if (own < TOKENS) {
${lines((c) => `    d_qkv[base + ${width + c}u] = dk${c}; d_qkv[base + ${2 * width + c}u] = dv${c};`)}
  }
}`;
  return { code, groups: (images) => [Math.ceil(tokens / OWN), heads, images] };
}
