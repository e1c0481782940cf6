import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { patchesPerSide, tokenCount } from '../../checkpoint/config.ts';
import type { VitConfig } from '../../checkpoint/config.ts';
import type { RgbImage } from '../../imagery/patch.ts';
import { levelValues } from '../preprocess.ts';
import { GpuWeights } from './gpu-weights.ts';
import type { GpuMatrix } from './gpu-weights.ts';
import { GpuProgram, orReportedError } from './gpu-program.ts';
import { attentionKernel, kernelPlan, layerNormKernel, matmulKernel } from './kernels.ts';
import type { KernelPlan } from './kernels.ts';
import type { Epilogue, MatmulShape } from './matmul-shape.ts';
import { PixelUpload } from './pixel-upload.ts';
import { classTokenWgsl, headWgsl } from './wgsl-norm.ts';
import { pixelKernel } from './wgsl-pixels.ts';

type Weights = Pick<Checkpoint, 'config' | 'tensors' | 'preprocessor'>;

/** Answers of one batch, row-major. */
export interface FusedOutput {
  /** [batch, labels] */
  logits: Float32Array;
  /** [batch, hidden] */
  features: Float32Array;
}

interface Readback {
  buffer: GPUBuffer;
  /** Resolves when it may be written again. */
  read: Promise<unknown>;
}

/** Why the fused kernels cannot compute a model, or null. */
export function fusedUnsupported(
  config: Pick<VitConfig, 'hiddenSize' | 'intermediateSize' | 'patchSize' | 'heads'>,
): string | null {
  const { hiddenSize, intermediateSize, patchSize, heads } = config;
  const widths = [hiddenSize, intermediateSize, 3 * patchSize ** 2, hiddenSize / heads];
  return widths.every((width) => width % 4 === 0) ? null : 'a width does not divide by 4';
}

/**
 * A ViT in WGSL kernels of our own: seven dispatches a layer, one submit a forward. Pipelines, bind
 * groups and buffers are made once; a forward writes the pictures, records and reads back.
 * Stock TensorFlow.js records 508 dispatches for twelve layers, each with its own bind group.
 */
export class FusedVit {
  #program: GpuProgram;
  #busy: Promise<unknown> = Promise.resolve();
  #weights: GpuWeights;
  #config: VitConfig;
  #levels: Float32Array;
  #upload!: PixelUpload;
  #patches!: GPUBuffer;
  #run!: GPUBuffer;
  #answers!: GPUBuffer;
  /** In turn: a batch's answers are read while the next computes. */
  #readbacks!: [Readback, Readback];
  #recordMs = 0;

  /**
   * Uploads the weights and compiles the kernels, without blocking the thread.
   * @param maxBatch images at most in one `forward`
   * @throws Error where a kernel does not compile or memory is short
   */
  static async create(
    device: GPUDevice,
    checkpoint: Weights,
    maxBatch: number,
    plan: KernelPlan = kernelPlan(device),
  ): Promise<FusedVit> {
    const reason = fusedUnsupported(checkpoint.config);
    if (reason) throw new Error(reason);
    const vit = new FusedVit(device, checkpoint, maxBatch);
    try {
      await orReportedError(device, () => vit.#build(plan));
    } catch (error) {
      vit.dispose();
      throw error;
    }
    return vit;
  }

  private constructor(
    private readonly device: GPUDevice,
    checkpoint: Weights,
    readonly maxBatch: number,
  ) {
    this.#config = checkpoint.config;
    this.#levels = levelValues(checkpoint.preprocessor);
    this.#weights = new GpuWeights(device, checkpoint);
    this.#program = new GpuProgram(device);
  }

  /** Records, in order, what a forward dispatches. */
  async #build(plan: KernelPlan): Promise<void> {
    const { hiddenSize: d, intermediateSize: wide, patchSize, heads, layers } = this.#config;
    const { layerNormEps: epsilon, labels, imageSize } = this.#config;
    const batch = this.maxBatch;
    const tokens = tokenCount(this.#config);
    const patches = patchesPerSide(this.#config) ** 2;
    const inner = 3 * patchSize ** 2;
    const weights = this.#weights;
    const program = this.#program;
    const { COPY_DST, COPY_SRC, STORAGE, UNIFORM, MAP_READ } = GPUBufferUsage;

    this.#run = program.buffer(4, UNIFORM | COPY_DST);
    const answers = batch * (d + labels.length);
    this.#answers = program.buffer(answers, STORAGE | COPY_SRC);
    const readback = (): Readback => ({
      buffer: program.buffer(answers, MAP_READ | COPY_DST),
      read: Promise.resolve(),
    });
    this.#readbacks = [readback(), readback()];
    const x = program.buffer(batch * tokens * d);
    const side = program.buffer(batch * tokens * d); // normed rows, then attention's answer
    const qkv = program.buffer(batch * tokens * 3 * d);
    const mlp = program.buffer(
      batch * Math.max(tokens * wide, patches * inner),
      STORAGE | COPY_DST,
    );
    // Patches are read before the first MLP writes.
    this.#patches = mlp;
    this.#upload = new PixelUpload(program, imageSize, batch);

    const matmul = (
      [a, matrix, bias, out, ...more]: [GPUBuffer, GpuMatrix, GPUBuffer, GPUBuffer, ...GPUBuffer[]],
      {
        from,
        to,
        perImage,
        epilogue,
      }: { from: number; to: number; perImage: number; epilogue: Epilogue },
    ) => {
      const shape: MatmulShape = {
        rows: { count: perImage, perImage: true },
        inner: { count: from, perImage: false },
        columns: to,
        transposedB: true,
        weights: matrix.type,
        bias: true,
        epilogue,
      };
      const buffers = [a, matrix.buffer, out, this.#run, bias, ...more];
      program.add(matmulKernel(shape, plan, batch), buffers);
    };
    const dense = (
      buffers: [GPUBuffer, GpuMatrix, GPUBuffer, GPUBuffer],
      [from, to]: [number, number],
      epilogue: Epilogue,
    ) => matmul(buffers, { perImage: tokens, from, to, epilogue });
    const norm = (name: string, from: GPUBuffer, to: GPUBuffer) => {
      const gain = weights.vector([`${name}.weight`]);
      const shift = weights.vector([`${name}.bias`]);
      const kernel = layerNormKernel({ width: d, epsilon, tokens }, plan);
      program.add(kernel, [from, gain, shift, to]);
    };

    program.add(pixelKernel(this.#config), [
      this.#upload.pixels,
      weights.upload([new Uint8Array(this.#levels.buffer)]),
      this.#patches,
    ]);
    const embeddings = 'vit.embeddings';
    const positions = weights.vector([`${embeddings}.position_embeddings`]);
    const projection = `${embeddings}.patch_embeddings.projection`;
    matmul(
      [
        this.#patches,
        weights.matrix(projection),
        weights.vector([`${projection}.bias`]),
        x,
        positions,
      ],
      { perImage: patches, from: inner, to: d, epilogue: 'embed' },
    );
    const token = weights.vector([`${embeddings}.cls_token`]);
    const each = (images: number): [number, number, number] => [images, 1, 1];
    program.add({ code: classTokenWgsl(d, tokens), groups: each, label: 'class token' }, [
      token,
      positions,
      x,
    ]);

    const attention = { tokens, heads, headDim: d / heads };
    for (let n = 0; n < layers; n++) {
      const layer = `vit.encoder.layer.${n}`;
      const bias = (name: string) => weights.vector([`${layer}.${name}.bias`]);
      const parts = ['query', 'key', 'value'].map((part) => `${layer}.attention.attention.${part}`);
      const qkvBias = weights.vector(
        parts.map((part) => `${part}.bias`),
        d,
      );
      norm(`${layer}.layernorm_before`, x, side);
      dense([side, weights.matrix(...parts), qkvBias, qkv], [d, 3 * d], 'store');
      program.add(attentionKernel(attention, plan), [qkv, side]);
      const mix = 'attention.output.dense';
      dense([side, weights.matrix(`${layer}.${mix}`), bias(mix), x], [d, d], 'residual');
      norm(`${layer}.layernorm_after`, x, side);
      const up = 'intermediate.dense';
      dense([side, weights.matrix(`${layer}.${up}`), bias(up), mlp], [d, wide], 'gelu');
      const down = 'output.dense';
      dense([mlp, weights.matrix(`${layer}.${down}`), bias(down), x], [wide, d], 'residual');
    }
    const last = [
      'vit.layernorm.weight',
      'vit.layernorm.bias',
      'classifier.weight',
      'classifier.bias',
    ];
    const head = headWgsl({ width: d, tokens, labels: labels.length, epsilon });
    program.add({ code: head, groups: each, label: 'head' }, [
      x,
      ...last.map((name) => weights.vector([name])),
      this.#answers,
    ]);
    await program.ready();
  }

  /** Dispatches of one forward. */
  get dispatches(): number {
    return this.#program.dispatches;
  }

  /** Time of each dispatch on the GPU [ms], for a batch of whatever the last forward left there. */
  profile(batch: number): Promise<{ label: string; ms: number }[]> {
    return this.#program.profile(batch);
  }

  /** Time on this thread that the last forward took until its commands were on their way [ms]. */
  get recordMs(): number {
    return this.#recordMs;
  }

  /** GPU memory that this model holds [bytes]. */
  get bytes(): number {
    return this.#weights.bytes + this.#program.bytes;
  }

  /**
   * Computes one batch of pictures at the model's size, which go up as bytes: a quarter of what their
   * values would be. A second call goes up while the first computes; further ones queue up.
   * @throws Error where a picture has another size, or the batch is too large
   */
  forwardImages(images: readonly RgbImage[]): Promise<FusedOutput> {
    return this.#queued(images, images.length);
  }

  /**
   * Computes one batch of numbers that are no pictures' levels.
   * @param patches [batch·patches, 3·patch²]
   */
  forward(patches: Float32Array, batch: number): Promise<FusedOutput> {
    return this.#queued(patches, batch);
  }

  #queued(input: readonly RgbImage[] | Float32Array, batch: number): Promise<FusedOutput> {
    if (batch > this.maxBatch) throw new Error(`Batch ${batch} exceeds ${this.maxBatch}.`);
    const run = this.#busy.then(() => this.#submit(input, batch));
    this.#busy = run.catch(() => {});
    return run.then(({ answers }) => answers);
  }

  /** Resolves once the batch is on its way; its answers come later. */
  async #submit(
    input: readonly RgbImage[] | Float32Array,
    batch: number,
  ): Promise<{ answers: Promise<FusedOutput> }> {
    const { queue } = this.device;
    const [readback, other] = this.#readbacks;
    await readback.read;
    const start = performance.now();
    queue.writeBuffer(this.#run, 0, Uint32Array.of(batch));
    const bytes = !(input instanceof Float32Array);
    if (bytes) await this.#upload.write(input);
    else queue.writeBuffer(this.#patches, 0, input as Float32Array<ArrayBuffer>);
    const encoder = this.device.createCommandEncoder();
    if (bytes) this.#upload.record(encoder, batch);
    const pass = encoder.beginComputePass();
    // The first step makes patches of bytes.
    this.#program.record(pass, batch, bytes ? 0 : 1);
    pass.end();
    const width = this.#config.hiddenSize;
    const labels = this.#config.labels.length;
    const size = batch * (width + labels) * 4;
    encoder.copyBufferToBuffer(this.#answers, 0, readback.buffer, 0, size);
    queue.submit([encoder.finish()]);
    if (bytes) this.#upload.submitted();
    this.#recordMs = performance.now() - start;
    const answers = this.#read(readback.buffer, batch);
    readback.read = answers.catch(() => {});
    this.#readbacks = [other, readback];
    return { answers };
  }

  async #read(readback: GPUBuffer, batch: number): Promise<FusedOutput> {
    const width = this.#config.hiddenSize;
    const labels = this.#config.labels.length;
    const size = batch * (width + labels) * 4;
    await readback.mapAsync(GPUMapMode.READ, 0, size);
    const answers = new Float32Array(readback.getMappedRange(0, size).slice(0));
    readback.unmap();
    const out = {
      logits: new Float32Array(batch * labels),
      features: new Float32Array(batch * width),
    };
    for (let image = 0; image < batch; image++) {
      const at = image * (width + labels);
      out.features.set(answers.subarray(at, at + width), image * width);
      out.logits.set(answers.subarray(at + width, at + width + labels), image * labels);
    }
    return out;
  }

  dispose(): void {
    this.#weights.destroy();
    this.#program.dispose();
  }
}
