import type { Kernel } from './kernels.ts';

/** One dispatch, ready to be recorded for any batch. */
interface Step {
  pipeline: GPUComputePipeline;
  bindings: GPUBindGroup;
  groups: Kernel['groups'];
  label: string;
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

/**
 * Dispatches in a fixed order, with their buffers. Pipelines, bind groups and buffers are made once;
 * recording them costs microseconds each.
 */
export class GpuProgram {
  #pending: Promise<Step>[] = [];
  #steps: Step[] = [];
  #buffers: GPUBuffer[] = [];

  constructor(private readonly device: GPUDevice) {}

  /** A buffer of the program's own, freed with it. */
  buffer(floats: number, usage = GPUBufferUsage.STORAGE): GPUBuffer {
    const buffer = this.device.createBuffer({ size: Math.ceil(floats / 4) * 16, usage });
    this.#buffers.push(buffer);
    return buffer;
  }

  /** Appends a dispatch; the buffers are in the order of the kernel's bindings. */
  add(kernel: Kernel, buffers: GPUBuffer[]): void {
    this.#pending.push(this.#step(kernel, buffers));
  }

  async #step({ code, groups, label = '' }: Kernel, buffers: GPUBuffer[]): Promise<Step> {
    const pipeline = await compile(this.device, code);
    const bindings = this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    return { pipeline, bindings, groups, label };
  }

  /** Compiles what was added, without blocking the thread. */
  async ready(): Promise<void> {
    this.#steps.push(...(await Promise.all(this.#pending)));
    this.#pending = [];
  }

  /** @param first the step to start with */
  record(pass: GPUComputePassEncoder, batch: number, first = 0): void {
    for (const { pipeline, bindings, groups } of this.#steps.slice(first)) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...groups(batch));
    }
  }

  /**
   * Time of each dispatch on the GPU [ms], each in a pass of its own: where a program's time goes.
   * @throws Error without the feature `timestamp-query`
   */
  async profile(batch: number): Promise<{ label: string; ms: number }[]> {
    const { device } = this;
    if (!device.features.has('timestamp-query')) throw new Error('no timestamp-query');
    const count = 2 * this.#steps.length;
    const querySet = device.createQuerySet({ type: 'timestamp', count });
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    const size = 8 * count;
    const resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
    const read = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
    const encoder = device.createCommandEncoder();
    for (const [i, { pipeline, bindings, groups }] of this.#steps.entries()) {
      const pass = encoder.beginComputePass({
        timestampWrites: {
          querySet,
          beginningOfPassWriteIndex: 2 * i,
          endOfPassWriteIndex: 2 * i + 1,
        },
      });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...groups(batch));
      pass.end();
    }
    encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, read, 0, size);
    device.queue.submit([encoder.finish()]);
    await read.mapAsync(GPUMapMode.READ);
    const stamps = new BigInt64Array(read.getMappedRange().slice(0));
    for (const one of [resolved, read, querySet]) one.destroy();
    return this.#steps.map(({ label }, i) => ({
      label,
      ms: Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e6,
    }));
  }

  get dispatches(): number {
    return this.#steps.length;
  }

  /** GPU memory of the program's own buffers [bytes]. */
  get bytes(): number {
    return this.#buffers.reduce((sum, { size }) => sum + size, 0);
  }

  dispose(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers = [];
    this.#steps = [];
  }
}

/**
 * Runs `build`, and makes what a device only reports an error: a shader that does not compile, a
 * buffer that finds no memory.
 */
export async function orReportedError<T>(device: GPUDevice, build: () => Promise<T>): Promise<T> {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  let failure: { error: unknown } | null = null;
  const built = await build().catch((error: unknown): null => {
    failure = { error };
    return null;
  });
  const reported = [await device.popErrorScope(), await device.popErrorScope()];
  const message = reported.find((error) => error !== null)?.message;
  if (message) throw new Error(message);
  if (failure) throw (failure as { error: unknown }).error;
  return built as T;
}
