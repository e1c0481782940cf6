import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Kernel } from '../../vit/webgpu/kernels.ts';

/** Pipelines by their code, for each device. */
const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>();

function pipelineOf(device: GPUDevice, code: string): GPUComputePipeline {
  const known = pipelines.get(device) ?? new Map<string, GPUComputePipeline>();
  pipelines.set(device, known);
  let pipeline = known.get(code);
  if (!pipeline) {
    const module = device.createShaderModule({ code });
    pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
    known.set(code, pipeline);
  }
  return pipeline;
}

/** A tensor, a buffer or a piece of one, or the batch. */
export type Operand = tf.Tensor | GPUBuffer | GPUBufferBinding | 'run';

/**
 * Kernels of our own on TensorFlow.js's tensors. What TensorFlow.js has recorded so far is submitted
 * first, ours as one submit afterwards: the queue keeps the order, so that buffers which either side
 * frees and takes again are never written too early.
 */
export class GpuOps {
  readonly device: GPUDevice;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #run: GPUBuffer;

  constructor(
    private readonly backend: WebGPUBackend,
    /** Images in the batch. */
    readonly batch: number,
  ) {
    this.device = backend.device;
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.#run = this.device.createBuffer({ size: 16, usage });
    this.device.queue.writeBuffer(this.#run, 0, Uint32Array.of(batch, 0, 0, 0));
  }

  /** An uninitialised tensor for a kernel to write. */
  empty<R extends tf.Rank = tf.Rank.R2>(shape: tf.ShapeMap[R]): tf.Tensor<R> {
    const info = this.backend.makeTensorInfo(shape as number[], 'float32');
    return tf.engine().makeTensorFromTensorInfo(info) as tf.Tensor<R>;
  }

  #bufferOf(tensor: tf.Tensor): GPUBuffer {
    this.backend.uploadToGPU(tensor.dataId);
    return this.backend.tensorMap.get(tensor.dataId).resource as GPUBuffer;
  }

  #resourceOf(one: Operand): GPUBufferBinding {
    if (one === 'run') return { buffer: this.#run };
    if (one instanceof tf.Tensor) return { buffer: this.#bufferOf(one) };
    return 'buffer' in one ? one : { buffer: one };
  }

  /** Tells TensorFlow.js that a kernel wrote into these: what it has read of them is out of date. */
  written(...tensors: tf.Tensor[]): void {
    for (const { dataId } of tensors) this.backend.tensorMap.get(dataId).values = null!;
  }

  /** Records a dispatch; operands in the order of the bindings, `'run'` for the batch. */
  run({ code, groups }: Kernel, operands: Operand[]): void {
    const resources = operands.map((one) => this.#resourceOf(one));
    const pipeline = pipelineOf(this.device, code);
    this.#encoder ??= this.device.createCommandEncoder();
    this.#pass ??= this.#encoder.beginComputePass();
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(
      0,
      this.device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: resources.map((resource, binding) => ({ binding, resource })),
      }),
    );
    this.#pass.dispatchWorkgroups(...groups(this.batch));
  }

  /** Sends what was recorded on its way, behind what TensorFlow.js had recorded. */
  submit(): void {
    if (!this.#encoder) return;
    this.#pass!.end();
    this.backend.ensureCommandEncoderReady();
    (this.backend as unknown as { endComputePassEncoder(): void }).endComputePassEncoder();
    this.backend.submitQueue();
    this.device.queue.submit([this.#encoder.finish()]);
    this.#encoder = null;
    this.#pass = null;
  }

  dispose(): void {
    this.#run.destroy();
  }
}
