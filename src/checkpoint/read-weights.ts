import { UserError } from '../site/user-error.ts';
import type { CheckpointFile } from './file-set.ts';
import type { NamedTensor } from './named-tensor.ts';
import { decodeJson, parseWith } from './parse-json.ts';
import { readSafetensors } from './safetensors.ts';
import { sha256Hex } from '../site/sha256.ts';
import { z } from '../site/schema.ts';

const indexSchema = z.looseObject({
  weight_map: z.record(
    z.string(),
    // A shard lies beside its index; a path would let an index reach other files.
    z.string().regex(/^[\w.-]+\.safetensors$/, 'must be a file name ending in .safetensors'),
  ),
});

interface Weights {
  tensors: Map<string, NamedTensor>;
  sha256: string;
}

/** Reads `model.safetensors`, or every shard that `model.safetensors.index.json` names. */
export async function readWeights({
  names: [name],
  folder,
  read,
  signal,
}: {
  names: string[];
  folder: ReadonlyMap<string, CheckpointFile>;
  read: (name: string) => Promise<Uint8Array>;
  signal?: AbortSignal;
}): Promise<Weights> {
  const one = async (file: string): Promise<Weights> => {
    const bytes = await read(file);
    signal?.throwIfAborted();
    const sha256 = await sha256Hex(bytes);
    const expected = folder.get(file)?.sha256;
    if (expected && expected !== sha256) {
      throw new UserError(
        `${file} arrived damaged: its SHA-256 is not the published one. Try again.`,
      );
    }
    return { tensors: readSafetensors(bytes, file).tensors, sha256 };
  };
  if (!name!.endsWith('.json')) return one(name!);

  const { weight_map: map } = parseWith(indexSchema, decodeJson(await read(name!), name!), name!);
  const tensors = new Map<string, NamedTensor>();
  const digests: string[] = [];
  for (const shard of [...new Set(Object.values(map))].sort()) {
    const weights = await one(shard);
    digests.push(weights.sha256);
    for (const [tensorName, tensor] of weights.tensors) {
      if (map[tensorName] !== shard) {
        throw new UserError(`${name}: ${tensorName} is in ${shard}, but the index says otherwise.`);
      }
      tensors.set(tensorName, tensor);
    }
  }
  const missing = Object.keys(map).find((tensorName) => !tensors.has(tensorName));
  if (missing) throw new UserError(`${map[missing]} lacks ${missing}, which ${name} promises.`);
  return { tensors, sha256: await sha256Hex(new TextEncoder().encode(digests.join('\n'))) };
}
