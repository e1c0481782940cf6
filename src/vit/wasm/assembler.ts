/**
 * A small assembler for WebAssembly: kernels are written as expressions and encoded here, as WGSL is
 * written as text, so that no toolchain and no binary belong to the repository.
 * @see https://webassembly.github.io/spec/core/binary/
 */

/** Instructions in the order of the stack machine. */
export type Code = readonly (number | Code)[];

export const I32 = 0x7f;
export const F32 = 0x7d;
export const V128 = 0x7b;

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** Signed LEB128 of a 32-bit number. */
function signed(value: number): number[] {
  const bytes = [];
  for (let rest = value; ; rest >>= 7) {
    const byte = rest & 127;
    const last = (rest >> 7 === 0 && byte < 64) || (rest >> 7 === -1 && byte >= 64);
    bytes.push(last ? byte : byte + 128);
    if (last) return bytes;
  }
}

const floatBytes = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];

const simd = (code: number): number[] => [0xfd, ...unsigned(code)];
const unary =
  (code: Code) =>
  (a: Code): Code => [a, code];
const binary =
  (code: Code) =>
  (a: Code, b: Code): Code => [a, b, code];
/** Of an address; alignment 0 promises nothing and costs nothing. */
const load =
  (code: Code) =>
  (address: Code, offset = 0): Code => [address, code, 0, unsigned(offset)];
const store =
  (code: Code) =>
  (address: Code, value: Code, offset = 0): Code => [address, value, code, 0, unsigned(offset)];

export const i32 = {
  const: (value: number): Code => [0x41, signed(value)],
  add: binary([0x6a]),
  sub: binary([0x6b]),
  mul: binary([0x6c]),
  and: binary([0x71]),
  shiftRight: binary([0x76]),
};

export const f32 = {
  const: (value: number): Code => [0x43, floatBytes(value)],
  load: load([0x2a]),
  store: store([0x38]),
  sqrt: unary([0x91]),
  add: binary([0x92]),
  mul: binary([0x94]),
  div: binary([0x95]),
  max: binary([0x97]),
  fromI32: unary([0xb3]),
};

export const v128 = {
  load: load(simd(0x00)),
  loadSplat: load(simd(0x09)),
  store: store(simd(0x0b)),
};

export const f32x4 = {
  const: (value: number): Code => [simd(0x0c), [0, 1, 2, 3].map(() => floatBytes(value))],
  splat: unary(simd(0x13)),
  lane: (a: Code, lane: number): Code => [a, simd(0x1f), lane],
  nearest: unary(simd(0x6a)),
  abs: unary(simd(0xe0)),
  neg: unary(simd(0xe1)),
  add: binary(simd(0xe4)),
  sub: binary(simd(0xe5)),
  mul: binary(simd(0xe6)),
  div: binary(simd(0xe7)),
  max: binary(simd(0xe9)),
  /** a·b + c, rounded once; of the relaxed instructions, which not every engine has. */
  relaxedMultiplyAdd: (a: Code, b: Code, c: Code): Code => [a, b, c, simd(0x105)],
  toI32: unary(simd(0xf8)),
};

export const i32x4 = {
  const: (value: number): Code => [
    simd(0x0c),
    [0, 1, 2, 3].map(() => [...new Uint8Array(Int32Array.of(value).buffer)]),
  ],
  shiftLeft: (a: Code, bits: number): Code => [a, i32.const(bits), simd(0xab)],
  add: binary(simd(0xae)),
};

/** A local variable or parameter. */
export class Local {
  constructor(private readonly index: number) {}

  get get(): Code {
    return [0x20, unsigned(this.index)];
  }

  set(value: Code): Code {
    return [value, 0x21, unsigned(this.index)];
  }

  /** Adds to an integer. */
  advance(by: Code | number): Code {
    return this.set(i32.add(this.get, typeof by === 'number' ? i32.const(by) : by));
  }
}

/** A variable that walks: where it starts, if not where it stands, and its step. */
type Cursor = readonly [local: Local, step: Code | number, from?: Code];

type Named<Name extends string> = Record<Name, Local>;

/** A function under construction. */
export class WasmFunction<Param extends string = string> {
  readonly locals: number[] = [];
  readonly params: readonly number[];
  /** The parameters, by their names. */
  readonly given: Named<Param>;
  body: Code = [];

  /** @param params their types, in order */
  constructor(
    readonly name: string,
    params: Readonly<Record<Param, number>>,
    readonly result: number | null = null,
  ) {
    this.params = Object.values(params);
    const names = Object.keys(params) as Param[];
    this.given = Object.fromEntries(names.map((one, i) => [one, new Local(i)])) as Named<Param>;
  }

  local(type: number = I32): Local {
    this.locals.push(type);
    return new Local(this.params.length + this.locals.length - 1);
  }

  /** Variables of these types, by name. */
  vars<Name extends string>(types: Readonly<Record<Name, number>>): Named<Name> {
    const named = Object.entries<number>(types).map(([name, type]) => [name, this.local(type)]);
    return Object.fromEntries(named) as Named<Name>;
  }

  /** Runs `body` `times` times, at least once. */
  repeat(times: Code, body: Code): Code {
    const left = this.local();
    const next = [i32.sub(left.get, i32.const(1)), 0x22, left.get.slice(1)];
    // loop … br_if 0 end
    return [left.set(times), 0x03, 0x40, body, next, 0x0d, 0, 0x0b];
  }

  /** Runs `body` `times` times, at least once, and moves the cursors on after each. */
  walk(times: Code, cursors: readonly Cursor[], body: Code): Code {
    return [
      cursors.map(([local, , from]) => (from ? local.set(from) : [])),
      this.repeat(times, [body, cursors.map(([local, step]) => local.advance(step))]),
    ];
  }

  /** Runs `body` where `condition` is not 0. */
  when(condition: Code, body: Code): Code {
    return [condition, 0x04, 0x40, body, 0x0b];
  }
}

/** Parameters or variables that are integers, addresses among them. */
export const ints = <Name extends string>(...names: Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, I32])) as Record<Name, number>;

/** Variables of four numbers. */
export const vectors = <Name extends string>(...names: Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, V128])) as Record<Name, number>;

const vector = (items: Code[]): Code => [unsigned(items.length), items];
const flat = (code: Code): number[] => (code as unknown[]).flat(Infinity) as number[];
const section = (id: number, content: Code): Code => {
  const bytes = flat(content);
  return [id, unsigned(bytes.length), bytes];
};
const text = (value: string): Code => {
  const bytes = [...new TextEncoder().encode(value)];
  return [unsigned(bytes.length), bytes];
};

/** Calls a function of the same module by its place in the list. */
export const call = (index: number, ...values: Code[]): Code => [values, 0x10, unsigned(index)];

/** Pages of 64 KiB that 32-bit addresses reach. */
const MOST_PAGES = 65_536;

/**
 * A module of these functions, each exported, on the memory `env.memory`.
 * @param shared that memory is one which several threads see; such a memory names its most
 */
export function encodeModule(
  functions: WasmFunction[],
  { shared = false } = {},
): Uint8Array<ArrayBuffer> {
  const limits: Code = shared ? [3, 1, unsigned(MOST_PAGES)] : [0, 1];
  const types = functions.map(({ params, result }): Code => [
    0x60,
    vector(params.map((type) => [type])),
    vector(result === null ? [] : [[result]]),
  ]);
  const bodies = functions.map(({ locals, body }): Code => {
    const bytes = flat([vector(locals.map((type) => [1, type])), body, 0x0b]);
    return [unsigned(bytes.length), bytes];
  });
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(types)),
      section(2, vector([[text('env'), text('memory'), 2, limits]])),
      section(3, vector(functions.map((_, i) => unsigned(i)))),
      section(7, vector(functions.map(({ name }, i): Code => [text(name), 0, unsigned(i)]))),
      section(10, vector(bodies)),
    ]),
  );
}
