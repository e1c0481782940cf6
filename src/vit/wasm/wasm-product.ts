import { V128, WasmFunction, call, f32, f32x4, i32, ints, v128 } from './assembler.ts';
import type { Code, Local } from './assembler.ts';
import { GELU } from './wasm-rows.ts';

/** Columns that the product kernel sums at once: two registers of four numbers a row. */
export const COLUMNS = 8;

/** What happens to a sum before it is stored: nothing, GELU, or it is added to what is there. */
export type Epilogue = 'store' | 'gelu' | 'residual';

const range = (count: number): number[] => [...Array(count).keys()];

/** Rows that a buffer has to spare at most, for a last block that is not full. */
export const SPARE_ROWS = 4;

/** What an engine offers, and the rows that a product sums at once there. */
export interface Engine {
  relaxed: boolean;
  rows: number;
}

/**
 * Measured (x64, V8): four rows are quickest with sums that are rounded once, 13.6 billion products a
 * second; without those, three leave a register for each product, 11.0 against 10.2. More rows spill.
 */
export const ENGINES = { relaxed: { relaxed: true, rows: 4 }, plain: { relaxed: false, rows: 3 } };

/**
 * out = a·b + bias with `b` in panels of eight columns. A panel stays in the first cache while all
 * rows pass it, in blocks: the last one may be of more rows than there are.
 */
export function product(epilogue: Epilogue, { relaxed, rows: height }: Engine): WasmFunction {
  const fn = new WasmFunction(
    epilogue,
    ints('a', 'strideA', 'b', 'out', 'strideOut', 'blocks', 'panels', 'quads', 'bias'),
  );
  const { a, strideA, b, out, strideOut, blocks, panels, quads, bias } = fn.given;
  const { from, to, at, right } = fn.vars(ints('from', 'to', 'at', 'right'));
  const rows = range(height).map(() => ({
    at: fn.local(),
    sums: [fn.local(V128), fn.local(V128)] as const,
  }));
  const [left, ...columns] = [fn.local(V128), fn.local(V128), fn.local(V128)] as const;
  const multiplyAdd = (x: Code, y: Code, sum: Code): Code =>
    relaxed ? f32x4.relaxedMultiplyAdd(x, y, sum) : f32x4.add(sum, f32x4.mul(x, y));
  const step = (k: number): Code => [
    columns.map((column, c) => column.set(v128.load(right.get, 32 * k + 16 * c))),
    rows.map((row) => [
      left.set(v128.loadSplat(row.at.get, 4 * k)),
      row.sums.map((sum, c) => sum.set(multiplyAdd(left.get, columns[c]!.get, sum.get))),
    ]),
  ];
  const finish = (sum: Local, offset: number): Code => {
    const value: Record<Epilogue, Code> = {
      store: sum.get,
      gelu: call(GELU, sum.get),
      residual: f32x4.add(sum.get, v128.load(at.get, offset)),
    };
    return v128.store(at.get, value[epilogue], offset);
  };
  const block: Code = [
    rows.map((row, i) => [
      row.at.set(i === 0 ? from.get : i32.add(rows[i - 1]!.at.get, strideA.get)),
      row.sums.map((sum, c) => sum.set(v128.load(bias.get, 16 * c))),
    ]),
    fn.walk(
      quads.get,
      [...rows.map((row) => [row.at, 16] as const), [right, 16 * COLUMNS, b.get]],
      range(4).map(step),
    ),
    at.set(to.get),
    rows.map((row) => [row.sums.map((sum, c) => finish(sum, 16 * c)), at.advance(strideOut.get)]),
    to.set(at.get),
  ];
  fn.body = fn.walk(
    panels.get,
    [
      [out, 4 * COLUMNS],
      [bias, 4 * COLUMNS],
    ],
    [
      to.set(out.get),
      fn.walk(blocks.get, [[from, i32.mul(strideA.get, i32.const(height)), a.get]], block),
      b.set(right.get),
    ],
  );
  return fn;
}

/** Keys, their columns becoming rows. */
export function packKeys(): WasmFunction {
  const fn = new WasmFunction('packKeys', ints('from', 'stride', 'to', 'tokens', 'width'));
  const { from, stride, to, tokens, width } = fn.given;
  const { token, at, place } = fn.vars(ints('token', 'at', 'place'));
  const panel = i32.mul(
    i32.shiftRight(token.get, i32.const(3)),
    i32.mul(width.get, i32.const(4 * COLUMNS)),
  );
  const lane = i32.mul(i32.and(token.get, i32.const(COLUMNS - 1)), i32.const(4));
  const row = fn.walk(
    width.get,
    [
      [at, 4, from.get],
      [place, 4 * COLUMNS, i32.add(to.get, i32.add(panel, lane))],
    ],
    f32.store(place.get, f32.load(at.get)),
  );
  fn.body = fn.walk(
    tokens.get,
    [
      [from, stride.get],
      [token, 1, i32.const(0)],
    ],
    row,
  );
  return fn;
}

/** Values, eight columns a panel. */
export function packValues(): WasmFunction {
  const fn = new WasmFunction(
    'packValues',
    ints('from', 'stride', 'to', 'tokens', 'panels', 'rows'),
  );
  const { from, stride, to, tokens, panels, rows } = fn.given;
  const { at, place } = fn.vars(ints('at', 'place'));
  const panel = fn.walk(
    tokens.get,
    [
      [at, stride.get, from.get],
      [place, 4 * COLUMNS, to.get],
    ],
    [0, 16].map((half) => v128.store(place.get, v128.load(at.get, half), half)),
  );
  fn.body = fn.walk(
    panels.get,
    [
      [from, 4 * COLUMNS],
      [to, i32.mul(rows.get, i32.const(4 * COLUMNS))],
    ],
    panel,
  );
  return fn;
}
