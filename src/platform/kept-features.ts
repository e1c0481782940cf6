import { float32Tensor, toFloat32 } from '../checkpoint/named-tensor.ts';
import { readSafetensors, writeSafetensors } from '../checkpoint/safetensors.ts';
import { memoryFeatures } from '../training/feature-cache.ts';
import type { FeatureCache, Features } from '../training/feature-cache.ts';
import type { ByteStore } from './byte-store.ts';

/** Pictures kept of one model: with ViT-Base's 768 numbers each, 60 MB. */
const MOST_PICTURES = 20_000;

/**
 * Features kept on the device, one safetensors file a model, so that a later visit or process
 * need not compute them again. Where the device keeps nothing, they live as long as the process.
 */
export function keptFeatures(store: ByteStore | null): FeatureCache {
  const memory = memoryFeatures();
  if (!store) return memory;
  const nameOf = (modelKey: string) => `features-${modelKey}.safetensors`;

  const stored = async (modelKey: string): Promise<Features> => {
    const bytes = await store.get(nameOf(modelKey));
    if (!bytes) return new Map();
    try {
      const { tensors } = readSafetensors(bytes, 'features');
      return new Map([...tensors].map(([picture, tensor]) => [picture, toFloat32(tensor)]));
    } catch {
      // A file that was cut short is as good as none.
      return new Map();
    }
  };

  return {
    async load(modelKey) {
      const known = await memory.load(modelKey);
      if (known.size > 0) return known;
      const found = await stored(modelKey);
      await memory.add(modelKey, found);
      return found;
    },
    async add(modelKey, features) {
      await memory.add(modelKey, features);
      // Another tab or process may have added some meanwhile.
      const all = [...(await stored(modelKey)), ...features].slice(-MOST_PICTURES);
      const tensors = all.map(
        ([picture, row]) => [picture, float32Tensor([row.length], row)] as const,
      );
      await store.put(nameOf(modelKey), writeSafetensors(new Map(tensors)));
    },
  };
}
