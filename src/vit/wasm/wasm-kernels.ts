import { encodeModule } from './assembler.ts';
import { ENGINES, packKeys, packValues, product } from './wasm-product.ts';
import type { Engine } from './wasm-product.ts';
import { exp, gelu, norm, softmax } from './wasm-rows.ts';

/** A product's arguments; addresses and strides in bytes. */
type Product = (
  a: number,
  strideA: number,
  panels: number,
  out: number,
  strideOut: number,
  rowBlocks: number,
  panelCount: number,
  innerQuads: number,
  bias: number,
) => void;

/** The kernels as JavaScript calls them. Every address is of 4-byte numbers, strides in bytes. */
export interface WasmKernels {
  store: Product;
  gelu: Product;
  residual: Product;
  /** from, to, gain, shift, rows, quads of a row, stride of `from`, epsilon */
  norm(...args: [number, number, number, number, number, number, number, number]): void;
  /** scores, rows, quads of a row with its padding, padded columns */
  softmax(scores: number, rows: number, quads: number, padding: number): void;
  /** Keys [tokens, width] into panels [tokens/8, width, 8]: from, stride, to, tokens, width. */
  packKeys(from: number, stride: number, to: number, tokens: number, width: number): void;
  /** Values into panels [width/8, rows, 8]: from, stride, to, tokens, panels, rows of a panel. */
  packValues(...args: [number, number, number, number, number, number]): void;
}

const kernelsFor = (engine: Engine, shared = false): Uint8Array<ArrayBuffer> =>
  encodeModule(
    [
      exp(),
      gelu(),
      ...(['store', 'gelu', 'residual'] as const).map((epilogue) => product(epilogue, engine)),
      norm(),
      softmax(),
      packKeys(),
      packValues(),
    ],
    { shared },
  );

/** The kernels, compiled, and the rows of their blocks. */
export interface CompiledKernels {
  module: WebAssembly.Module;
  rows: number;
}

const compiled = new Map<string, Promise<CompiledKernels>>();

/** True where the engine has the relaxed instructions (a product and a sum in one). */
export const hasRelaxed = (): boolean => WebAssembly.validate(kernelsFor(ENGINES.relaxed));

/**
 * Compiles the kernels, once.
 * @param engine the better one that there is, unless told otherwise
 * @param shared for a memory that several threads see
 * @throws WebAssembly.CompileError where the engine lacks the instructions
 */
export function compileKernels(
  engine: keyof typeof ENGINES = hasRelaxed() ? 'relaxed' : 'plain',
  { shared = false } = {},
): Promise<CompiledKernels> {
  const key = `${engine} ${shared}`;
  const known = compiled.get(key);
  if (known) return known;
  const { rows } = ENGINES[engine];
  const code = kernelsFor(ENGINES[engine], shared);
  const kernels = WebAssembly.compile(code).then((module) => ({ module, rows }));
  compiled.set(key, kernels);
  return kernels;
}
