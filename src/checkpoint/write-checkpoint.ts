import type { Checkpoint } from './checkpoint.ts';
import { castTensor } from './named-tensor.ts';
import { writeSafetensors } from './safetensors.ts';
import { vitShapes } from './vit-tensors.ts';

export interface WriteCheckpointOptions {
  /** F32 keeps every bit; F16 halves the file and rounds to nearest even. */
  dtype?: 'F32' | 'F16';
  /** Model card; left out where there is none. */
  readme?: (checkpoint: Checkpoint) => string;
}

/**
 * A checkpoint as the files of a folder that `from_pretrained` and `readCheckpoint` open.
 * Same checkpoint, same bytes.
 * @returns file name → bytes
 */
export function writeCheckpoint(
  checkpoint: Checkpoint,
  { dtype = 'F32', readme }: WriteCheckpointOptions = {},
): Map<string, Uint8Array> {
  const text = (value: string) => new TextEncoder().encode(value);
  const json = (value: unknown) => text(`${indented(value)}\n`);
  const config = {
    ...checkpoint.config.raw,
    architectures: ['ViTForImageClassification'],
    model_type: 'vit',
    torch_dtype: dtype === 'F32' ? 'float32' : 'float16',
  };
  const names = [...vitShapes(checkpoint.config).keys()].sort();
  const tensors = new Map(
    names.map((name) => {
      const tensor = checkpoint.tensors.get(name);
      if (!tensor) throw new Error(`Checkpoint ${checkpoint.id} lacks ${name}.`);
      return [name, castTensor(tensor, dtype)];
    }),
  );
  const files = new Map([
    ['config.json', json(config)],
    ['preprocessor_config.json', json(checkpoint.preprocessor.raw)],
    ['model.safetensors', writeSafetensors(tensors)],
    ['upwind.json', json(checkpoint.upwind)],
  ]);
  if (readme) files.set('README.md', text(readme(checkpoint)));
  return files;
}

/**
 * Indented JSON with a list of numbers on one line: a matrix would be a screen of them otherwise. A
 * line break is never part of a string there, so that none is touched.
 */
const indented = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(
    /\[\n\s*(-?\d[^[\]{}"]*?)\n\s*\]/g,
    (_, numbers: string) => `[${numbers.replace(/\n\s*/g, ' ')}]`,
  );
