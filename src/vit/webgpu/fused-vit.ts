import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { patchesPerSide, tokenCount } from '../../checkpoint/config.ts';
import type { VitConfig } from '../../checkpoint/config.ts';
import { GpuWeights } from './gpu-weights.ts';
import type { GpuMatrix } from './gpu-weights.ts';
import { attentionGroups, attentionWgsl } from './wgsl-attention.ts';
import { matmulGroups, matmulWgsl } from './wgsl-matmul.ts';
import type { Epilogue, MatmulShape } from './wgsl-matmul.ts';
import { classTokenWgsl, headWgsl, layerNormWgsl } from './wgsl-norm.ts';

type Groups = (batch: number) => [number, number, number];

/** One dispatch of the forward pass, ready to be recorded for any batch. */
interface Step {
  pipeline: GPUComputePipeline;
  bindings: GPUBindGroup;
  groups: Groups;
}

/** Answers of one batch, row-major. */
export interface FusedOutput {
  /** [batch, labels] */
  logits: Float32Array;
  /** [batch, hidden] */
  features: Float32Array;
}

/** Pipelines by their code: layers share them, and so do models on the same device. */
const pipelines = new WeakMap<GPUDevice, Map<string, Promise<GPUComputePipeline>>>();

function compile(device: GPUDevice, code: string): Promise<GPUComputePipeline> {
  const known = pipelines.get(device) ?? new Map<string, Promise<GPUComputePipeline>>();
  pipelines.set(device, known);
  let pipeline = known.get(code);
  if (!pipeline) {
    const module = device.createShaderModule({ code });
    pipeline = device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
    known.set(code, pipeline);
  }
  return pipeline;
}

/** Why the fused kernels cannot compute a model, or null. */
export function fusedUnsupported(config: VitConfig): string | null {
  const { hiddenSize, intermediateSize, patchSize, heads } = config;
  const widths = [hiddenSize, intermediateSize, 3 * patchSize ** 2, hiddenSize / heads];
  return widths.every((width) => width % 4 === 0) ? null : 'a width does not divide by 4';
}

/**
 * A ViT in WGSL kernels of our own: seven dispatches a layer, one submit a forward. Pipelines, bind
 * groups and buffers are made once; a forward writes the patches, records and reads back.
 * Stock TensorFlow.js records 508 dispatches for twelve layers, each with its own bind group.
 */
export class FusedVit {
  #steps: Step[] = [];
  #buffers: GPUBuffer[] = [];
  #busy: Promise<unknown> = Promise.resolve();
  #weights: GpuWeights;
  #config: VitConfig;
  #patches!: GPUBuffer;
  #run!: GPUBuffer;
  #answers!: GPUBuffer;
  #readback!: GPUBuffer;

  /**
   * Uploads the weights and compiles the kernels, without blocking the thread.
   * @param maxBatch images at most in one `forward`
   * @throws Error where a kernel does not compile or memory is short
   */
  static async create(
    device: GPUDevice,
    checkpoint: Pick<Checkpoint, 'config' | 'tensors'>,
    maxBatch: number,
  ): Promise<FusedVit> {
    const reason = fusedUnsupported(checkpoint.config);
    if (reason) throw new Error(reason);
    const vit = new FusedVit(device, checkpoint, maxBatch);
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    let failure: unknown = null;
    await vit.#build().catch((error: unknown) => (failure = error));
    const errors = [await device.popErrorScope(), await device.popErrorScope()];
    const message = errors.find((error) => error !== null)?.message;
    if (failure || message) {
      vit.dispose();
      throw message ? new Error(message) : failure;
    }
    return vit;
  }

  private constructor(
    private readonly device: GPUDevice,
    checkpoint: Pick<Checkpoint, 'config' | 'tensors'>,
    readonly maxBatch: number,
  ) {
    this.#config = checkpoint.config;
    this.#weights = new GpuWeights(device, checkpoint);
  }

  #buffer(floats: number, usage = GPUBufferUsage.STORAGE): GPUBuffer {
    const buffer = this.device.createBuffer({ size: Math.ceil(floats / 4) * 16, usage });
    this.#buffers.push(buffer);
    return buffer;
  }

  /** Records, in order, what a forward dispatches. */
  async #build(): Promise<void> {
    const { hiddenSize: d, intermediateSize: wide, patchSize, heads, layers } = this.#config;
    const { layerNormEps: epsilon, labels } = this.#config;
    const batch = this.maxBatch;
    const tokens = tokenCount(this.#config);
    const patches = patchesPerSide(this.#config) ** 2;
    const inner = 3 * patchSize ** 2;
    const weights = this.#weights;
    const { COPY_DST, COPY_SRC, STORAGE, UNIFORM, MAP_READ } = GPUBufferUsage;

    this.#run = this.#buffer(4, UNIFORM | COPY_DST);
    this.#patches = this.#buffer(batch * patches * inner, STORAGE | COPY_DST);
    const answers = batch * (d + labels.length);
    this.#answers = this.#buffer(answers, STORAGE | COPY_SRC);
    this.#readback = this.#buffer(answers, MAP_READ | COPY_DST);
    const x = this.#buffer(batch * tokens * d);
    const side = this.#buffer(batch * tokens * d); // normed rows, then attention's answer
    const qkv = this.#buffer(batch * tokens * 3 * d);
    const mlp = this.#buffer(batch * tokens * wide);

    const pending: Promise<Step>[] = [];
    const step = (code: string, buffers: GPUBuffer[], groups: Groups) =>
      pending.push(this.#step(code, buffers, groups));
    const matmul = (
      [a, matrix, bias, out, ...more]: [GPUBuffer, GpuMatrix, GPUBuffer, GPUBuffer, ...GPUBuffer[]],
      shape: Pick<MatmulShape, 'rowsPerImage' | 'inner' | 'columns' | 'epilogue'>,
    ) => {
      const full = { ...shape, weights: matrix.type, perThread: perThreadFor(shape, batch) };
      step(matmulWgsl(full), [a, matrix.buffer, bias, out, this.#run, ...more], (n) =>
        matmulGroups(full, n),
      );
    };
    const dense = (
      buffers: [GPUBuffer, GpuMatrix, GPUBuffer, GPUBuffer],
      [from, to]: [number, number],
      epilogue: Epilogue,
    ) => matmul(buffers, { rowsPerImage: tokens, inner: from, columns: to, epilogue });
    const norm = (name: string, from: GPUBuffer, to: GPUBuffer) => {
      const gain = weights.vector([`${name}.weight`]);
      const shift = weights.vector([`${name}.bias`]);
      step(layerNormWgsl(d, epsilon), [from, gain, shift, to], (n) => [n * tokens, 1, 1]);
    };

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
      { rowsPerImage: patches, inner, columns: d, epilogue: 'embed' },
    );
    const token = weights.vector([`${embeddings}.cls_token`]);
    step(classTokenWgsl(d, tokens), [token, positions, x], (n) => [n, 1, 1]);

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
      step(attentionWgsl(attention), [qkv, side], (images) => attentionGroups(attention, images));
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
    step(
      headWgsl({ width: d, tokens, labels: labels.length, epsilon }),
      [x, ...last.map((name) => weights.vector([name])), this.#answers],
      (n) => [n, 1, 1],
    );
    this.#steps = await Promise.all(pending);
  }

  async #step(code: string, buffers: GPUBuffer[], groups: Groups): Promise<Step> {
    const compiling = compile(this.device, code);
    const pipeline = await compiling;
    const bindings = this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    return { pipeline, bindings, groups };
  }

  /** Dispatches of one forward. */
  get dispatches(): number {
    return this.#steps.length;
  }

  /** GPU memory that this model holds [bytes]. */
  get bytes(): number {
    return this.#weights.bytes + this.#buffers.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Computes one batch. Calls queue up: the buffers are shared.
   * @param patches [batch·patches, 3·patch²]
   */
  forward(patches: Float32Array, batch: number): Promise<FusedOutput> {
    if (batch > this.maxBatch) throw new Error(`Batch ${batch} exceeds ${this.maxBatch}.`);
    const run = this.#busy.then(() => this.#forward(patches, batch));
    this.#busy = run.catch(() => {});
    return run;
  }

  async #forward(patches: Float32Array, batch: number): Promise<FusedOutput> {
    const { queue } = this.device;
    queue.writeBuffer(this.#run, 0, Uint32Array.of(batch));
    queue.writeBuffer(this.#patches, 0, patches as Float32Array<ArrayBuffer>);
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, bindings, groups } of this.#steps) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...groups(batch));
    }
    pass.end();
    const width = this.#config.hiddenSize;
    const labels = this.#config.labels.length;
    const size = batch * (width + labels) * 4;
    encoder.copyBufferToBuffer(this.#answers, 0, this.#readback, 0, size);
    queue.submit([encoder.finish()]);
    await this.#readback.mapAsync(GPUMapMode.READ, 0, size);
    const answers = new Float32Array(this.#readback.getMappedRange(0, size).slice(0));
    this.#readback.unmap();
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
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers = [];
    this.#steps = [];
  }
}

/** Large squares in registers where there is work for many workgroups; small ones otherwise. */
function perThreadFor(
  { rowsPerImage, columns }: Pick<MatmulShape, 'rowsPerImage' | 'columns'>,
  batch: number,
): 4 | 8 {
  const workgroups = Math.ceil((batch * rowsPerImage) / 64) * Math.ceil(columns / 64);
  return workgroups >= 64 ? 8 : 4;
}
