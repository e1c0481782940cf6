/** Threads that share one row, where no subgroup has it to itself. */
const THREADS = 64;

export const threadsOf = (lanes: number | null): number => lanes ?? THREADS;

/**
 * `sum_of_all`: sum of one number of each thread, known to all of them afterwards. With `lanes` the
 * workgroup is one subgroup, which needs neither shared memory nor barriers.
 */
export const reduce = (lanes: number | null): string =>
  lanes
    ? 'fn sum_of_all(mine: f32, index: u32) -> f32 { return subgroupAdd(mine); }'
    : `
var<workgroup> lane_sums: array<f32, ${THREADS}>;
fn sum_of_all(mine: f32, index: u32) -> f32 {
  lane_sums[index] = mine;
  workgroupBarrier();
  for (var span = ${THREADS / 2}u; span > 0u; span /= 2u) {
    if (index < span) { lane_sums[index] += lane_sums[index + span]; }
    workgroupBarrier();
  }
  let total = lane_sums[0];
  workgroupBarrier();
  return total;
}`;

export const enable = (lanes: number | null): string => (lanes ? 'enable subgroups;' : '');

export const moments = (quads: number, from: string, threads: number): string => `
  var mine = 0.0;
  for (var i = index; i < ${quads}u; i += ${threads}u) {
    mine += dot(x[${from} + i], vec4f(1.0));
  }
  let mean = sum_of_all(mine, index) / ${4 * quads}.0;
  mine = 0.0;
  for (var i = index; i < ${quads}u; i += ${threads}u) {
    let off = x[${from} + i] - mean;
    mine += dot(off, off);
  }
  let scale = inverseSqrt(sum_of_all(mine, index) / ${4 * quads}.0 + EPSILON);`;

const number = (value: number): string => value.toExponential(9);

/**
 * LayerNorm of every row, `[rows, width]` → the same; one workgroup a row.
 * @param lanes subgroup size, where a subgroup shall have a row to itself
 */
export function layerNormWgsl(width: number, epsilon: number, lanes: number | null = null): string {
  const quads = width / 4;
  const threads = threadsOf(lanes);
  return `${enable(lanes)}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> gain: array<vec4f>;
@group(0) @binding(2) var<storage, read> shift: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> normed: array<vec4f>;
const EPSILON = ${number(epsilon)};
${reduce(lanes)}
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let start = group.x * ${quads}u;
${moments(quads, 'start', threads)}
  for (var i = index; i < ${quads}u; i += ${threads}u) {
    normed[start + i] = (x[start + i] - mean) * scale * gain[i] + shift[i];
  }
}`;
}

/** Class token and its position, into token 0 of every image. */
export function classTokenWgsl(width: number, tokens: number): string {
  const quads = width / 4;
  return `
@group(0) @binding(0) var<storage, read> token: array<vec4f>;
@group(0) @binding(1) var<storage, read> positions: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f>;
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  for (var i = index; i < ${quads}u; i += ${THREADS}u) {
    x[group.x * ${tokens * quads}u + i] = token[i] + positions[i];
  }
}`;
}

/**
 * Last norm of the class token and the classifier: `[batch·tokens, width]` → for each image its
 * features, then its logits.
 */
export function headWgsl({
  width,
  tokens,
  labels,
  epsilon,
}: {
  width: number;
  tokens: number;
  labels: number;
  epsilon: number;
}): string {
  const quads = width / 4;
  return `
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> gain: array<vec4f>;
@group(0) @binding(2) var<storage, read> shift: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> answers: array<f32>;
const EPSILON = ${number(epsilon)};
${reduce(null)}
var<workgroup> features: array<vec4f, ${quads}>;
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let start = group.x * ${tokens * quads}u;
  let to = group.x * ${width + labels}u;
${moments(quads, 'start', THREADS)}
  for (var i = index; i < ${quads}u; i += ${THREADS}u) {
    let feature = (x[start + i] - mean) * scale * gain[i] + shift[i];
    features[i] = feature;
    answers[to + 4u * i] = feature.x;
    answers[to + 4u * i + 1u] = feature.y;
    answers[to + 4u * i + 2u] = feature.z;
    answers[to + 4u * i + 3u] = feature.w;
  }
  workgroupBarrier();
  for (var label = index; label < ${labels}u; label += ${THREADS}u) {
    var sum = bias[label];
    for (var i = 0u; i < ${quads}u; i++) { sum += dot(features[i], weight[label * ${quads}u + i]); }
    answers[to + ${width}u + label] = sum;
  }
}`;
}
