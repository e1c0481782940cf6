import type { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import type { VitConfig } from '../../../src/checkpoint/config.ts';
import type { PreprocessorConfig } from '../../../src/checkpoint/preprocessor-config.ts';
import { castTensor, elementCount, float32Tensor } from '../../../src/checkpoint/named-tensor.ts';
import { vitShapes } from '../../../src/checkpoint/vit-tensors.ts';
import type { RgbImage } from '../../../src/imagery/patch.ts';
import { randomStream } from '../../../src/training/random.ts';
import { pixelValues } from '../../../src/vit/preprocess.ts';

/** Width, blocks, heads, width of the MLP. */
const SIZES: Record<string, [number, number, number, number]> = {
  'vit-nano': [48, 12, 3, 96],
  'vit-tiny': [192, 12, 3, 768],
  'vit-small': [384, 12, 6, 1536],
  'vit-base': [768, 12, 12, 3072],
};

export const SIZE_NAMES = Object.keys(SIZES);

/** A ViT/16 at 224 px of a known size; the nano one at 32 px. */
export function configOf(name: string): VitConfig {
  const [hiddenSize, layers, heads, intermediateSize] = SIZES[name]!;
  return {
    hiddenSize,
    layers,
    heads,
    intermediateSize,
    layerNormEps: 1e-12,
    initializerRange: 0.02,
    imageSize: name === 'vit-nano' ? 32 : 224,
    patchSize: 16,
    qkvBias: true,
    labels: ['B', 'C', 'D'],
    raw: {},
  };
}

/**
 * Weights from a seed, each a number that half precision holds exactly: every contender computes
 * with the same values, whatever type it keeps them in. Stored in half precision.
 */
export function weightsOf(name: string): Pick<Checkpoint, 'config' | 'tensors' | 'preprocessor'> {
  const config = configOf(name);
  const random = randomStream(42);
  const tensors = new Map(
    [...vitShapes(config)].map(([tensorName, shape]) => {
      const norm = tensorName.includes('layernorm');
      const [centre, spread] = norm && tensorName.endsWith('weight') ? [1, 0.2] : [0, 0.15];
      const values = new Float32Array(elementCount(shape));
      // A plain loop: ViT-Base has 86 million of them.
      for (let i = 0; i < values.length; i++) values[i] = centre + (random() - 0.5) * spread;
      return [tensorName, castTensor(float32Tensor(shape, values), 'F16')] as const;
    }),
  );
  return { config, tensors, preprocessor: PREPROCESSOR };
}

/** ImageNet's statistics. */
const PREPROCESSOR: PreprocessorConfig = {
  resize: null,
  rescale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  raw: {},
};

/** Pictures of noise from a seed, at the model's size. */
export function picturesOf({ imageSize: side }: VitConfig, batch: number): RgbImage[] {
  const random = randomStream(7);
  return Array.from({ length: batch }, () => {
    const rgb = new Uint8Array(3 * side ** 2);
    for (let i = 0; i < rgb.length; i++) rgb[i] = random() * 256;
    return { width: side, height: side, rgb };
  });
}

/** The same pictures as normalised pixels, [batch, 3, side, side]: where the peers start. */
export const pixelsOf = (config: VitConfig, batch: number): Float32Array =>
  pixelValues(picturesOf(config, batch), PREPROCESSOR, config.imageSize);
