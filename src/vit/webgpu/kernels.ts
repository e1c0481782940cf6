import { SOFTWARE_ADAPTER } from '../batch.ts';
import { lengthFor } from './matmul-shape.ts';
import type { MatmulShape } from './matmul-shape.ts';
import { attentionGroups, attentionWgsl } from './wgsl-attention.ts';
import type { AttentionWgslShape } from './wgsl-attention.ts';
import { matmulGroups, matmulWgsl } from './wgsl-matmul.ts';
import type { MatmulTile } from './wgsl-matmul.ts';
import { layerNormWgsl } from './wgsl-norm.ts';
import { subgroupAttentionGroups, subgroupAttentionWgsl } from './wgsl-subgroup-attention.ts';
import { subgroupMatmulGroups, subgroupMatmulWgsl } from './wgsl-subgroup-matmul.ts';
import {
  tileAttentionBytes,
  tileAttentionGroups,
  tileAttentionWgsl,
} from './wgsl-tile-attention.ts';

/** Code of one kernel and the workgroups that a batch needs. */
export interface Kernel {
  code: string;
  groups: (batch: number) => [number, number, number];
  /** What it computes, for profiles. */
  label?: string;
}

/** What an adapter is good at, as far as kernels differ by it. */
export interface KernelPlan {
  /** Size of every subgroup, or null where there are none or they vary. */
  lanes: number | null;
  /** The CPU in disguise: a subgroup is a register, and shared memory is slow. */
  software: boolean;
  /** Half-precision arithmetic. */
  half: boolean;
  /** Shared memory that a workgroup may take [bytes]; 16 KiB, what all have, unless given. */
  sharedBytes?: number;
  /** One tile for all products, instead of the choice by their size. */
  tile?: TileName;
  /** One form of attention, instead of the choice by shared memory. */
  attention?: AttentionName;
}

/** Tiles of a product by their size in the result: rows × columns. */
export const TILES = {
  '32x32': { threads: [8, 8], perThread: [4, 4] },
  '64x32': { threads: [8, 8], perThread: [8, 4] },
  '64x64': { threads: [8, 8], perThread: [8, 8] },
  '128x64': { threads: [16, 8], perThread: [8, 8] },
  '64x128': { threads: [8, 16], perThread: [8, 8] },
  '128x128': { threads: [16, 16], perThread: [8, 8] },
} as const satisfies Record<string, MatmulTile>;
export type TileName = keyof typeof TILES;

/** A query a thread, or so many queries of a workgroup in tiles. */
export type AttentionName = 'rows' | 'tiles-32' | 'tiles-64';

/** Subgroup sizes that a software adapter has, one register of the CPU. */
const REGISTER_LANES = [4, 8, 16];

/** The plan for a device, from its features and its adapter. */
export function kernelPlan(device: GPUDevice): KernelPlan {
  const info = device.adapterInfo;
  const name = `${info?.description} ${info?.vendor} ${info?.architecture} ${info?.device}`;
  const software = info?.isFallbackAdapter === true || SOFTWARE_ADAPTER.test(name);
  const { subgroupMinSize: least, subgroupMaxSize: most } = info ?? {};
  const fixed = device.features.has('subgroups' as GPUFeatureName) && least === most;
  return {
    lanes: fixed && least ? least : null,
    software,
    half: device.features.has('shader-f16') && !software,
    sharedBytes: device.limits.maxComputeWorkgroupStorageSize,
  };
}

/** The lanes of a software adapter's subgroups, or null for the kernels of a GPU. */
const registerLanes = ({ lanes, software }: KernelPlan): number | null =>
  software && lanes !== null && REGISTER_LANES.includes(lanes) ? lanes : null;

/** Workgroups of large squares that keep a GPU busy. */
const BUSY = 64;

/** @param batch the batch to choose the tile for */
export function matmulKernel(shape: MatmulShape, plan: KernelPlan, batch: number): Kernel {
  const label = `product ${shape.inner.count} → ${shape.columns}, ${shape.epilogue}`;
  const lanes = registerLanes(plan);
  if (lanes) {
    return {
      label,
      code: subgroupMatmulWgsl(shape, lanes),
      groups: (images) => subgroupMatmulGroups(shape, lanes, images),
    };
  }
  const large = Math.ceil(lengthFor(shape.rows, batch) / 64) * Math.ceil(shape.columns / 64);
  // Half precision is for weights that have no more: models in single precision keep theirs.
  const tile: MatmulTile = {
    ...TILES[plan.tile ?? (large >= BUSY ? '64x64' : '32x32')],
    half: plan.half && shape.weights === 'F16',
  };
  return {
    label,
    code: matmulWgsl(shape, tile),
    groups: (images) => matmulGroups(shape, tile, images),
  };
}

export function attentionKernel(shape: AttentionWgslShape, plan: KernelPlan): Kernel {
  const label = 'attention';
  const lanes = registerLanes(plan);
  if (lanes) {
    return {
      label,
      code: subgroupAttentionWgsl(shape, lanes),
      groups: (images) => subgroupAttentionGroups(shape, lanes, images),
    };
  }
  const form = plan.attention ?? 'rows';
  const perThread = form === 'tiles-64' ? 8 : 4;
  // A wide head needs more shared memory than some adapters have.
  if (form === 'rows' || tileAttentionBytes(shape, perThread) > (plan.sharedBytes ?? 16384)) {
    return {
      label,
      code: attentionWgsl(shape),
      groups: (images) => attentionGroups(shape, images),
    };
  }
  return {
    label,
    code: tileAttentionWgsl(shape, perThread),
    groups: (images) => tileAttentionGroups(shape, perThread, images),
  };
}

/** LayerNorm of `tokens` rows for each image. */
export function layerNormKernel(
  { width, epsilon, tokens }: { width: number; epsilon: number; tokens: number },
  { lanes }: KernelPlan,
): Kernel {
  return {
    label: 'norm',
    code: layerNormWgsl(width, epsilon, lanes),
    groups: (images) => [images * tokens, 1, 1],
  };
}
