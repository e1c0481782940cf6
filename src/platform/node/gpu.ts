import { existsSync } from 'node:fs';

/** Device files of a GPU on Linux: Mesa and most drivers, NVIDIA's own, Windows' subsystem. */
const LINUX_GPU = ['/dev/dri', '/dev/nvidia0', '/dev/dxg'];

/** Whether trying to start Dawn makes sense: it takes a second and complains where there is no GPU. */
function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return true;
  if (process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES) return true;
  return LINUX_GPU.some((path) => existsSync(path));
}

/**
 * Dawn's WebGPU for Node, through the optional package `webgpu`. Sets `navigator.gpu` and the
 * `GPU…` globals, which the TensorFlow.js backend expects as a browser has them.
 * @param options.insist start it even where no GPU device is to be seen, since a software driver may be
 * @param options.load imports the package
 * @returns the GPU, or why there is none
 */
export async function nodeGpu({ insist = false, load = importDawn } = {}): Promise<
  { gpu: GPU } | { gpu: null; reason: string }
> {
  const present = (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
  if (present) return { gpu: present };
  if (!insist && !mayHaveGpu()) return { gpu: null, reason: 'this machine has no GPU device' };
  try {
    const { create, globals } = await load();
    Object.assign(globalThis, globals);
    const gpu = create([]);
    if (!(await gpu.requestAdapter())) return { gpu: null, reason: 'no WebGPU adapter' };
    if (!globalThis.navigator) {
      Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
    }
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
    return { gpu };
  } catch (error) {
    const code = (error as { code?: string }).code;
    const reason =
      code === 'ERR_MODULE_NOT_FOUND'
        ? 'the optional npm package "webgpu" is not installed; `npm install webgpu` adds it'
        : `the npm package "webgpu" did not start: ${error instanceof Error ? error.message : error}`;
    return { gpu: null, reason };
  }
}

interface Dawn {
  create: (flags: string[]) => GPU;
  globals: Record<string, unknown>;
}

function importDawn(): Promise<Dawn> {
  // An optional dependency, large and built for some platforms only: no bundler may ask for it.
  const name = 'webgpu';
  return import(name) as Promise<Dawn>;
}
