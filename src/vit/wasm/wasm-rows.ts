import {
  F32,
  V128,
  WasmFunction,
  call,
  f32,
  f32x4,
  i32,
  i32x4,
  ints,
  v128,
  vectors,
} from './assembler.ts';
import type { Code, Local } from './assembler.ts';

/** Places in the module of the functions that others call. */
export const EXP = 0;
export const GELU = 1;

/** exp of numbers not above 0, within 2e-7. After Cephes' `expf` (S. Moshier). */
export function exp(): WasmFunction {
  const fn = new WasmFunction('exp', vectors('x'), V128);
  const { x } = fn.given;
  const { n, r, y } = fn.vars(vectors('n', 'r', 'y'));
  const { const: number, add, sub, mul, max } = f32x4;
  const horner = [
    1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
    5.0000001201e-1,
  ];
  fn.body = [
    x.set(max(x.get, number(-87.3))),
    n.set(f32x4.nearest(mul(x.get, number(Math.LOG2E)))),
    // ln 2 in two parts, the first exact in n·ln 2.
    r.set(sub(x.get, mul(n.get, number(0.693359375)))),
    r.set(add(r.get, mul(n.get, number(2.1219444e-4)))),
    y.set(number(horner[0]!)),
    horner.slice(1).map((c) => y.set(add(mul(y.get, r.get), number(c)))),
    y.set(add(add(mul(y.get, mul(r.get, r.get)), r.get), number(1))),
    mul(y.get, i32x4.shiftLeft(i32x4.add(f32x4.toI32(n.get), i32x4.const(127)), 23)),
  ];
  return fn;
}

/** Exact GELU by the same series as `fastGelu`. */
export function gelu(): WasmFunction {
  const fn = new WasmFunction('gelu4', vectors('x'), V128);
  const { x } = fn.given;
  const { z, t, y } = fn.vars(vectors('z', 't', 'y'));
  const { const: number, add, sub, mul, max } = f32x4;
  const series = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  fn.body = [
    z.set(mul(f32x4.abs(x.get), number(Math.SQRT1_2))),
    t.set(f32x4.div(number(1), add(mul(z.get, number(0.3275911)), number(1)))),
    y.set(number(series[0]!)),
    series.slice(1).map((c) => y.set(add(mul(y.get, t.get), number(c)))),
    y.set(mul(mul(y.get, t.get), call(EXP, f32x4.neg(mul(z.get, z.get))))),
    // |x|·Φ(−|x|) = z·√2·y/2
    sub(max(x.get, number(0)), mul(mul(z.get, number(Math.SQRT1_2)), y.get)),
  ];
  return fn;
}

const sumOfLanes = (x: Local): Code =>
  [1, 2, 3].reduce<Code>((sum, i) => f32.add(sum, f32x4.lane(x.get, i)), f32x4.lane(x.get, 0));

/** LayerNorm of rows. */
export function norm(): WasmFunction {
  const fn = new WasmFunction('norm', {
    ...ints('from', 'to', 'gain', 'shift', 'rows', 'quads', 'stride'),
    epsilon: F32,
  });
  const { from, to, gain, shift, rows, quads, stride, epsilon } = fn.given;
  const { at, place } = fn.vars(ints('at', 'place'));
  const { sum, mean, scale, apart } = fn.vars(vectors('sum', 'mean', 'scale', 'apart'));
  const width = f32.fromI32(i32.mul(quads.get, i32.const(4)));
  const ofWidth = (total: Local): Code => f32.div(sumOfLanes(total), width);
  const each = (body: Code): Code =>
    fn.walk(
      quads.get,
      [
        [at, 16, from.get],
        [place, 16, i32.const(0)],
      ],
      body,
    );
  const there = (start: Local): Code => i32.add(start.get, place.get);
  const off = f32x4.sub(v128.load(at.get), mean.get);
  const row = [
    sum.set(f32x4.const(0)),
    each(sum.set(f32x4.add(sum.get, v128.load(at.get)))),
    mean.set(f32x4.splat(ofWidth(sum))),
    sum.set(f32x4.const(0)),
    each([apart.set(off), sum.set(f32x4.add(sum.get, f32x4.mul(apart.get, apart.get)))]),
    scale.set(f32x4.splat(f32.div(f32.const(1), f32.sqrt(f32.add(ofWidth(sum), epsilon.get))))),
    each([
      apart.set(f32x4.mul(f32x4.mul(off, scale.get), v128.load(there(gain)))),
      v128.store(there(to), f32x4.add(apart.get, v128.load(there(shift)))),
    ]),
  ];
  fn.body = fn.walk(
    rows.get,
    [
      [from, stride.get],
      [to, i32.mul(quads.get, i32.const(16))],
    ],
    row,
  );
  return fn;
}

/** Softmax of rows, in place; the last `padding` columns count for nothing. */
export function softmax(): WasmFunction {
  const fn = new WasmFunction('softmax', ints('scores', 'rows', 'quads', 'padding'));
  const { scores, rows, quads, padding } = fn.given;
  const at = fn.local();
  const { most, sum, x } = fn.vars(vectors('most', 'sum', 'x'));
  const each = (body: Code): Code => fn.walk(quads.get, [[at, 16, scores.get]], body);
  const largest = [1, 2, 3].reduce<Code>(
    (max, i) => f32.max(max, f32x4.lane(most.get, i)),
    f32x4.lane(most.get, 0),
  );
  const end = i32.add(scores.get, i32.mul(quads.get, i32.const(16)));
  const blank = [at.advance(-4), f32.store(at.get, f32.const(-1e30))];
  fn.body = fn.repeat(rows.get, [
    at.set(end),
    fn.when(padding.get, fn.repeat(padding.get, blank)),
    most.set(f32x4.const(-1e30)),
    each(most.set(f32x4.max(most.get, v128.load(at.get)))),
    most.set(f32x4.splat(largest)),
    sum.set(f32x4.const(0)),
    each([
      x.set(call(EXP, f32x4.sub(v128.load(at.get), most.get))),
      sum.set(f32x4.add(sum.get, x.get)),
      v128.store(at.get, x.get),
    ]),
    sum.set(f32x4.splat(f32.div(f32.const(1), sumOfLanes(sum)))),
    each(v128.store(at.get, f32x4.mul(v128.load(at.get), sum.get))),
    scores.set(at.get),
  ]);
  return fn;
}
