/** Numbers that a workgroup takes from a tensor. */
const CHUNK = 1024;
const THREADS = 64;
const NORM_THREADS = 256;

export const chunksOf = (size: number): number => Math.ceil(size / CHUNK);

/** Where a tensor's chunks begin among all, its length, and whether it decays. */
const PART = 'struct Part { length: u32, first_chunk: u32, decays: u32 }';

/** Of the step: 1 − rate·decay, rate over the first correction, root of the second, largest norm. */
const STEP = 'struct Step { shrink: f32, rate: f32, root: f32, max_norm: f32 }';

const SIGNATURE = `@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let end = min((group.x + 1u) * ${CHUNK}u, part.length);
  let begin = group.x * ${CHUNK}u + index;`;

/** Sums of squares of one gradient, a chunk each. Bindings: part, gradient, sums of all chunks. */
export const squaresWgsl = `${PART}
@group(0) @binding(0) var<uniform> part: Part;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
var<workgroup> all: array<f32, ${THREADS}>;
${SIGNATURE}
  var sum = 0.0;
  for (var i = begin; i < end; i += ${THREADS}u) {
    sum += gradient[i] * gradient[i];
  }
  all[index] = sum;
  workgroupBarrier();
  if (index == 0u) {
    for (var i = 1u; i < ${THREADS}u; i++) { sum += all[i]; }
    sums[part.first_chunk + group.x] = sum;
  }
}`;

/**
 * Global norm from the sums, and the factor that clips gradients to it, as PyTorch's
 * `clip_grad_norm_`. Bindings: sums, step, norm, factor.
 */
export const normWgsl = (chunks: number): string => `${STEP}
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read_write> norm: array<f32>;
@group(0) @binding(3) var<storage, read_write> factor: array<f32>;
var<workgroup> all: array<f32, ${NORM_THREADS}>;
@compute @workgroup_size(${NORM_THREADS})
fn main(@builtin(local_invocation_index) index: u32) {
  var sum = 0.0;
  for (var i = index; i < ${chunks}u; i += ${NORM_THREADS}u) { sum += sums[i]; }
  all[index] = sum;
  workgroupBarrier();
  if (index == 0u) {
    for (var i = 1u; i < ${NORM_THREADS}u; i++) { sum += all[i]; }
    let length = sqrt(sum);
    norm[0] = length;
    factor[0] = select(1.0, min(step.max_norm / (length + 1e-6), 1.0), step.max_norm > 0.0);
  }
}`;

export interface AdamWConstants {
  beta1: number;
  beta2: number;
  eps: number;
}

const number = (value: number): string => value.toExponential(9);

/**
 * One tensor's step, in place: weight, and both moments, which lie one after the other. Bindings:
 * part, step, factor, gradient, weight, moments.
 * @see Loshchilov and Hutter 2019; the order of operations is PyTorch's
 */
export const adamwWgsl = ({ beta1, beta2, eps }: AdamWConstants): string => `${PART}
${STEP}
@group(0) @binding(0) var<uniform> part: Part;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> factor: array<f32>;
@group(0) @binding(3) var<storage, read> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> weight: array<f32>;
@group(0) @binding(5) var<storage, read_write> moments: array<f32>;
${SIGNATURE}
  let scale = factor[0];
  let shrink = select(1.0, step.shrink, part.decays == 1u);
  for (var i = begin; i < end; i += ${THREADS}u) {
    let g = gradient[i] * scale;
    let m = moments[i] * ${number(beta1)} + g * ${number(1 - beta1)};
    let v = moments[part.length + i] * ${number(beta2)} + g * g * ${number(1 - beta2)};
    moments[i] = m;
    moments[part.length + i] = v;
    weight[i] = weight[i] * shrink - step.rate * (m / (sqrt(v) / step.root + ${number(eps)}));
  }
}`;
