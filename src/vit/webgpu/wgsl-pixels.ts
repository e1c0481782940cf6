import type { VitConfig } from '../../checkpoint/config.ts';
import type { Kernel } from './kernels.ts';

const THREADS = 64;

/**
 * Pictures as bytes, cut into patches of normalised numbers: `[batch, side, side, 3]`, a level a byte,
 * to `[batch·patches, 3·patch²]` as the embedding's product reads them. A channel's value of each
 * level comes from a table, so that the numbers are those of `pixelValues` to the last bit.
 * Bindings: pixels, levels `[3, 256]`, patches.
 */
export function pixelKernel({
  imageSize: side,
  patchSize: p,
}: Pick<VitConfig, 'imageSize' | 'patchSize'>): Kernel {
  const perSide = side / p;
  const inner = 3 * p ** 2;
  const quads = (perSide ** 2 * inner) / 4; // of an image
  const code = `
@group(0) @binding(0) var<storage, read> pixels: array<u32>;
@group(0) @binding(1) var<storage, read> levels: array<f32>;
@group(0) @binding(2) var<storage, read_write> patches: array<vec4f>;

// A patch lies in the order channel, row, column; a picture in row, column, channel.
fn value(image: u32, patch_index: u32, i: u32) -> f32 {
  let channel = i / ${p * p}u;
  let y = patch_index / ${perSide}u * ${p}u + i % ${p * p}u / ${p}u;
  let x = patch_index % ${perSide}u * ${p}u + i % ${p}u;
  let at = 3u * ((image * ${side}u + y) * ${side}u + x) + channel;
  let level = extractBits(pixels[at / 4u], 8u * (at % 4u), 8u);
  return levels[channel * 256u + level];
}

@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${quads}u) { return; }
  let patch_index = 4u * id.x / ${inner}u;
  let i = 4u * id.x % ${inner}u;
  patches[id.y * ${quads}u + id.x] = vec4f(
    value(id.y, patch_index, i), value(id.y, patch_index, i + 1u),
    value(id.y, patch_index, i + 2u), value(id.y, patch_index, i + 3u));
}`;
  return {
    code,
    groups: (batch) => [Math.ceil(quads / THREADS), batch, 1],
    label: 'pixels to patches',
  };
}
