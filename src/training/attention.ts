/**
 * Multi-head self-attention over flattened tokens, forward and backward. Two ways, equal in
 * numbers: head by head, the only quick one on wasm and cpu, whose matMul is quick for two plain
 * matrices alone; and all heads in one batched product, which spares webgpu the many dispatches.
 */
import * as tf from '@tensorflow/tfjs';

type T2 = tf.Tensor2D;

export interface AttentionSize {
  batch: number;
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

/** qkv [batch·tokens, 3·dim] → attention output [batch·tokens, dim]. */
export function attention(qkv: T2, size: AttentionSize): { out: T2; saved: AttentionSaved } {
  return size.perHead ? perHeadForward(qkv, size) : batchedForward(qkv, size);
}

/** Gradient by qkv [batch·tokens, 3·dim] of `attention`. */
export function attentionGradient(dOut: T2, saved: AttentionSaved, size: AttentionSize): T2 {
  return size.perHead ? perHeadBackward(dOut, saved, size) : batchedBackward(dOut, saved, size);
}

const t = (x: T2): T2 => tf.transpose(x);

/**
 * Cuts x [batch·tokens, columns·width] into transposed pieces [width, tokens], image by image.
 * Only whole rows are sliced: of anything else the wasm kernel copies row by row.
 */
function cut(x: T2, { batch, tokens }: AttentionSize, columns: number): T2[] {
  const width = x.shape[1] / columns;
  return Array.from({ length: batch }, (_, image) => {
    const turned = t(tf.slice(x, [image * tokens, 0], [tokens, x.shape[1]]));
    return Array.from({ length: columns }, (_, c) =>
      tf.slice(turned, [c * width, 0], [width, tokens]),
    );
  }).flat();
}

/** The inverse of `cut`. */
function join(pieces: T2[], { batch }: AttentionSize, columns: number): T2 {
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

function perHeadForward(qkv: T2, size: AttentionSize) {
  const { batch, heads } = size;
  const pieces = cut(qkv, size, 3 * heads);
  const saved: AttentionSaved = { q: [], k: [], v: [], p: [] };
  const outputs: T2[] = [];
  for (let i = 0; i < batch * heads; i++) {
    const at = Math.floor(i / heads) * 3 * heads + (i % heads);
    const [qT, kT, vT] = [pieces[at]!, pieces[at + heads]!, pieces[at + 2 * heads]!];
    const scaledT = tf.mul(qT, qT.shape[0] ** -0.5) as T2;
    const p = tf.softmax(tf.matMul(t(scaledT), kT)) as T2;
    outputs.push(t(tf.matMul(p, t(vT))));
    saved.q.push(scaledT);
    saved.k.push(kT);
    saved.v.push(vT);
    saved.p.push(p);
  }
  return { out: join(outputs, size, heads), saved };
}

function perHeadBackward(dOut: T2, saved: AttentionSaved, size: AttentionSize): T2 {
  const { batch, heads } = size;
  const dOutputs = cut(dOut, size, heads);
  const pieces: T2[] = new Array(3 * batch * heads);
  for (let i = 0; i < batch * heads; i++) {
    const [qT, kT, vT, p] = [saved.q[i], saved.k[i], saved.v[i], saved.p[i]] as [T2, T2, T2, T2];
    const dT = dOutputs[i]!;
    const ds = softmaxGradient(tf.matMul(t(dT), vT), p) as T2;
    const at = Math.floor(i / heads) * 3 * heads + (i % heads);
    pieces[at] = t(tf.mul(tf.matMul(ds, t(kT)), qT.shape[0] ** -0.5) as T2);
    pieces[at + heads] = tf.matMul(qT, ds);
    pieces[at + 2 * heads] = tf.matMul(dT, p);
  }
  return join(pieces, size, 3 * heads);
}

/** [batch·tokens, dim] → [batch·heads, tokens, dim/heads] */
function toHeads(x: T2, { batch, tokens, heads }: AttentionSize): tf.Tensor3D {
  const width = x.shape[1] / heads;
  const split = tf.transpose(tf.reshape(x, [batch, tokens, heads, width]), [0, 2, 1, 3]);
  return tf.reshape(split, [batch * heads, tokens, width]);
}

/** The inverse of `toHeads`. */
function fromHeads(x: tf.Tensor3D, { batch, tokens, heads }: AttentionSize): T2 {
  const width = x.shape[2];
  const joined = tf.transpose(tf.reshape(x, [batch, heads, tokens, width]), [0, 2, 1, 3]);
  return tf.reshape(joined, [batch * tokens, heads * width]);
}

const t3 = (x: tf.Tensor3D): tf.Tensor3D => tf.transpose(x, [0, 2, 1]);

function batchedForward(qkv: T2, size: AttentionSize) {
  const [q, k, v] = tf.split(qkv, 3, 1).map((x) => toHeads(x as T2, size)) as [
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  const scaled = tf.mul(q, q.shape[2] ** -0.5) as tf.Tensor3D;
  const p = tf.softmax(tf.matMul(scaled, t3(k))) as tf.Tensor3D;
  const out = fromHeads(tf.matMul(p, v), size);
  return { out, saved: { q: [scaled], k: [k], v: [v], p: [p] } };
}

function batchedBackward(dOut: T2, saved: AttentionSaved, size: AttentionSize): T2 {
  const [q, k, v, p] = [saved.q[0], saved.k[0], saved.v[0], saved.p[0]] as [
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
    tf.Tensor3D,
  ];
  const d = toHeads(dOut, size);
  const ds = softmaxGradient(tf.matMul(d, t3(v)), p) as tf.Tensor3D;
  const dq = tf.mul(tf.matMul(ds, k), q.shape[2] ** -0.5) as tf.Tensor3D;
  const dk = tf.matMul(t3(ds), q);
  const dv = tf.matMul(t3(p), d);
  return tf.concat2d(
    [dq, dk, dv].map((x) => fromHeads(x as tf.Tensor3D, size)),
    1,
  );
}
