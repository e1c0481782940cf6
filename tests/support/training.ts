import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import sharp from 'sharp';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { filesInMemory } from '../../src/checkpoint/file-set.ts';
import { readCheckpoint } from '../../src/checkpoint/read-checkpoint.ts';
import type { RgbImage } from '../../src/imagery/patch.ts';

export const NANO = fileURLToPath(new URL('../fixtures/vit-nano/', import.meta.url));

/** Starts the wasm backend in Node. */
export async function useWasm(): Promise<void> {
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(main)}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('wasm backend did not start');
  await tf.ready();
}

/** Reads a checkpoint folder from disk. */
export async function checkpointAt(folder: string): Promise<Checkpoint> {
  const files = new Map<string, Uint8Array>();
  for (const name of await readdir(folder)) {
    if (/\.(json|safetensors)$/.test(name)) {
      files.set(name, new Uint8Array(await readFile(join(folder, name))));
    }
  }
  return readCheckpoint(filesInMemory(folder, files));
}

/** Decodes a picture with sharp. */
export async function rgbImage(path: string): Promise<RgbImage> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgb: new Uint8Array(data) };
}

export interface NanoExpected {
  labels: number[];
  images: string[];
  logits: { values: number[] };
  pixel_values_00: { values: number[] };
  cls_features: { values: number[] };
  loss_all12: number;
  gradients_all12: Record<string, { norm: number; first8: number[] }>;
  training: {
    mode: 'full' | 'head';
    learning_rate: number;
    epochs: number;
    batch: number;
    weight_decay: number;
    max_grad_norm: number;
    steps: { epoch: number; loss: number; grad_norm: number; lr: number }[];
    logits_after: number[];
    accuracy_after: number;
  }[];
}

/** What PyTorch computed for the nano model. */
export async function nanoExpected(): Promise<NanoExpected> {
  return JSON.parse(await readFile(join(NANO, 'expected.json'), 'utf8'));
}
