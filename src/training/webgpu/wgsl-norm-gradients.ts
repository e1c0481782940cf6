import { lengthOf } from '../../vit/webgpu/matmul-shape.ts';
import type { Extent } from '../../vit/webgpu/matmul-shape.ts';
import type { Kernel } from '../../vit/webgpu/kernels.ts';
import { enable, moments, reduce, threadsOf } from '../../vit/webgpu/wgsl-norm.ts';

interface NormSize {
  width: number;
  epsilon: number;
  tokens: number;
}

/**
 * Gradient by the input of a LayerNorm, plus the gradient that came past it: bindings x, gain, dy,
 * other, dx, and `stats`, mean and 1/std of each row for `normParameterKernel`.
 * With n = (x − mean)/std and g = dy·gain: dx = (g − mean(g) − n·mean(g·n))/std.
 */
export function normGradientKernel(
  { width, epsilon, tokens }: NormSize,
  lanes: number | null,
): Kernel {
  const quads = width / 4;
  const threads = threadsOf(lanes);
  const each = `for (var i = index; i < ${quads}u; i += ${threads}u)`;
  const code = `${enable(lanes)}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> gain: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> other: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> stats: array<vec2f>;
const EPSILON = ${epsilon.toExponential(9)};
${reduce(lanes)}
@compute @workgroup_size(${threads})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let start = group.x * ${quads}u;
${moments(quads, 'start', threads)}
  var plain = 0.0;
  var along = 0.0;
  ${each} {
    let g = dy[start + i] * gain[i];
    plain += dot(g, vec4f(1.0));
    along += dot(g, (x[start + i] - mean) * scale);
  }
  let mean_plain = sum_of_all(plain, index) / ${width}.0;
  let mean_along = sum_of_all(along, index) / ${width}.0;
  ${each} {
    let n = (x[start + i] - mean) * scale;
    let g = dy[start + i] * gain[i];
    dx[start + i] = other[start + i] + (g - mean_plain - n * mean_along) * scale;
  }
  if (index == 0u) { stats[group.x] = vec2f(mean, scale); }
}`;
  return { code, groups: (images) => [images * tokens, 1, 1] };
}

/** Columns, in vec4, and rows that a workgroup sums side by side. */
const [ACROSS, DOWN] = [8, 8];

/** A kernel that sums over rows: `parts` are named vec4 sums, each with the term of a row. */
function columnSums(
  { width, rows, head }: { width: number; rows: Extent; head: string },
  parts: Record<string, string>,
): Kernel {
  const quads = width / 4;
  const names = Object.keys(parts);
  const code = `struct Run { batch: u32 }
@group(0) @binding(0) var<uniform> run: Run;
${head}
${names.map((name) => `var<workgroup> all_${name}: array<vec4f, ${ACROSS * DOWN}>;`).join('\n')}
@compute @workgroup_size(${ACROSS}, ${DOWN})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let rows = ${lengthOf(rows)};
  let quad = group.x * ${ACROSS}u + local.x;
  let column = min(quad, ${quads - 1}u);
${names.map((name) => `  var sum_${name} = vec4f(0.0);`).join('\n')}
  for (var row = local.y; row < rows; row += ${DOWN}u) {
    let at = row * ${quads}u + column;
${names.map((name) => `    sum_${name} += ${parts[name]};`).join('\n')}
  }
${names.map((name) => `  all_${name}[index] = sum_${name};`).join('\n')}
  workgroupBarrier();
  if (local.y == 0u && quad < ${quads}u) {
    for (var i = 1u; i < ${DOWN}u; i++) {
${names.map((name) => `      sum_${name} += all_${name}[i * ${ACROSS}u + local.x];`).join('\n')}
    }
${names.map((name) => `    ${name}[quad] = sum_${name};`).join('\n')}
  }
}`;
  return { code, groups: () => [Math.ceil(quads / ACROSS), 1, 1] };
}

/** Gradients by gain and shift of a LayerNorm: bindings run, x, dy, stats, gain, shift. */
export const normParameterKernel = ({ width, tokens }: NormSize): Kernel =>
  columnSums(
    {
      width,
      rows: { count: tokens, perImage: true },
      head: `@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> stats: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> gain: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> shift: array<vec4f>;`,
    },
    { gain: 'dy[at] * (x[at] - stats[row].x) * stats[row].y', shift: 'dy[at]' },
  );

/** Gradient by a bias: bindings run, dy, bias. */
export const biasGradientKernel = (width: number, tokens: number): Kernel =>
  columnSums(
    {
      width,
      rows: { count: tokens, perImage: true },
      head: `@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> bias: array<vec4f>;`,
    },
    { bias: 'dy[at]' },
  );
