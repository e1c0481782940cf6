/**
 * Multi-head self-attention over flattened tokens, forward and backward. Two ways, equal in
 * numbers: head by head, the only quick one on wasm and cpu, whose matMul is quick for two plain
 * matrices alone; and all heads in one batched product, which spares webgpu the many dispatches.
 */
import * as tf from '@tensorflow/tfjs';

type T2 = tf.Tensor2D;

export interface AttentionSize {
  batch: number;
  /** Tokens of an image that ask: all, or CLS alone in the last block. */
  queries: number;
  /** Tokens that are looked at. */
  tokens: number;
  heads: number;
  /** True: head by head. False: one batched product. */
  perHead: boolean;
}

/**
 * What the backward needs: scaled queries, keys, values and attention; head by head (the first
 * three transposed, [width, tokens]) or batched ([batch·heads, tokens, width]).
 */
export interface AttentionSaved {
  q: tf.Tensor[];
  k: tf.Tensor[];
  v: tf.Tensor[];
  p: tf.Tensor[];
}

/** True where head by head is the quick way. */
export const prefersPerHead = (backend: string): boolean => backend !== 'webgpu';

/**
 * @param q [batch·queries, dim]
 * @param kv keys and values [batch·tokens, 2·dim]
 * @returns attention output [batch·queries, dim]
 */
export function attention(q: T2, kv: T2, size: AttentionSize): { out: T2; saved: AttentionSaved } {
  return size.perHead ? perHeadForward(q, kv, size) : batchedForward(q, kv, size);
}

/** Gradients by `q` and `kv` of `attention`. */
export function attentionGradients(
  dOut: T2,
  saved: AttentionSaved,
  size: AttentionSize,
): { q: T2; kv: T2 } {
  return size.perHead ? perHeadBackward(dOut, saved, size) : batchedBackward(dOut, saved, size);
}

const t = (x: T2): T2 => tf.transpose(x);

/**
 * Cuts x [batch·rows, columns·width] into transposed pieces [width, rows], image by image.
 * Only whole rows are sliced: of anything else the wasm kernel copies row by row.
 */
function cut(x: T2, batch: number, columns: number): T2[] {
  const [rows, width] = [x.shape[0] / batch, x.shape[1] / columns];
  return Array.from({ length: batch }, (_, image) => {
    const turned = t(tf.slice(x, [image * rows, 0], [rows, x.shape[1]]));
    return Array.from({ length: columns }, (_, c) =>
      tf.slice(turned, [c * width, 0], [width, rows]),
    );
  }).flat();
}

/** The inverse of `cut`. */
function join(pieces: T2[], batch: number): T2 {
  const columns = pieces.length / batch;
  const images = Array.from({ length: batch }, (_, image) =>
    t(tf.concat2d(pieces.slice(image * columns, (image + 1) * columns), 0)),
  );
  return images.length === 1 ? images[0]! : tf.concat2d(images, 0);
}

/** softmax(x) backward: p ∘ (dp − Σ dp∘p). */
const softmaxGradient = (dp: tf.Tensor, p: tf.Tensor): tf.Tensor => {
  const weighted = tf.mul(dp, p);
  return tf.sub(weighted, tf.mul(p, tf.sum(weighted, -1, true)));
};

function perHeadForward(q: T2, kv: T2, { batch, heads }: AttentionSize) {
  const asking = cut(q, batch, heads);
  const asked = cut(kv, batch, 2 * heads);
  const saved: AttentionSaved = { q: [], k: [], v: [], p: [] };
  const outputs: T2[] = [];
  for (let i = 0; i < batch * heads; i++) {
    const at = Math.floor(i / heads) * 2 * heads + (i % heads);
    const [qT, kT, vT] = [asking[i]!, asked[at]!, asked[at + heads]!];
    const scaledT = tf.mul(qT, qT.shape[0] ** -0.5) as T2;
    const p = tf.softmax(tf.matMul(t(scaledT), kT)) as T2;
    outputs.push(t(tf.matMul(p, t(vT))));
    saved.q.push(scaledT);
    saved.k.push(kT);
    saved.v.push(vT);
    saved.p.push(p);
  }
  return { out: join(outputs, batch), saved };
}

function perHeadBackward(dOut: T2, saved: AttentionSaved, { batch, heads }: AttentionSize) {
  const dOutputs = cut(dOut, batch, heads);
  const dAsking: T2[] = [];
  const dAsked: T2[] = new Array(2 * batch * heads);
  for (let i = 0; i < batch * heads; i++) {
    const [qT, kT, vT, p] = [saved.q[i], saved.k[i], saved.v[i], saved.p[i]] as [T2, T2, T2, T2];
    const dT = dOutputs[i]!;
    const ds = softmaxGradient(tf.matMul(t(dT), vT), p) as T2;
    const at = Math.floor(i / heads) * 2 * heads + (i % heads);
    dAsking.push(t(tf.mul(tf.matMul(ds, t(kT)), qT.shape[0] ** -0.5) as T2));
    dAsked[at] = tf.matMul(qT, ds);
    dAsked[at + heads] = tf.matMul(dT, p);
  }
  return { q: join(dAsking, batch), kv: join(dAsked, batch) };
}

/** [batch·rows, dim] → [batch·heads, rows, dim/heads] */
function toHeads(x: T2, { batch, heads }: AttentionSize): tf.Tensor3D {
  const [rows, width] = [x.shape[0] / batch, x.shape[1] / heads];
  const split = tf.transpose(tf.reshape(x, [batch, rows, heads, width]), [0, 2, 1, 3]);
  return tf.reshape(split, [batch * heads, rows, width]);
}

/** The inverse of `toHeads`. */
function fromHeads(x: tf.Tensor3D, { batch, heads }: AttentionSize): T2 {
  const [, rows, width] = x.shape;
  const joined = tf.transpose(tf.reshape(x, [batch, heads, rows, width]), [0, 2, 1, 3]);
  return tf.reshape(joined, [batch * rows, heads * width]);
}

const t3 = (x: tf.Tensor3D): tf.Tensor3D => tf.transpose(x, [0, 2, 1]);

function batchedForward(q: T2, kv: T2, size: AttentionSize) {
  const [keys, values] = tf.split(kv, 2, 1) as [T2, T2];
  const [asking, k, v] = [toHeads(q, size), toHeads(keys, size), toHeads(values, size)];
  const scaled = tf.mul(asking, asking.shape[2] ** -0.5) as tf.Tensor3D;
  const p = tf.softmax(tf.matMul(scaled, t3(k))) as tf.Tensor3D;
  const out = fromHeads(tf.matMul(p, v), size);
  return { out, saved: { q: [scaled], k: [k], v: [v], p: [p] } };
}

function batchedBackward(dOut: T2, saved: AttentionSaved, size: AttentionSize) {
  const [q, k, v, p] = [saved.q[0], saved.k[0], saved.v[0], saved.p[0]] as [
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  const d = toHeads(dOut, size);
  const ds = softmaxGradient(tf.matMul(d, t3(v)), p) as tf.Tensor3D;
  const dq = tf.mul(tf.matMul(ds, k), q.shape[2] ** -0.5) as tf.Tensor3D;
  const dk = fromHeads(tf.matMul(t3(ds), q), size);
  const dv = fromHeads(tf.matMul(t3(p), d), size);
  return { q: fromHeads(dq, size), kv: tf.concat2d([dk, dv], 1) };
}
