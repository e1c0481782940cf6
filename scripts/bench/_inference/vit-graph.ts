import type { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import { patchesPerSide, tokenCount } from '../../../src/checkpoint/config.ts';
import { toFloat32 } from '../../../src/checkpoint/named-tensor.ts';
import { narrowToHalf } from '../../../src/checkpoint/half.ts';
import { FLOAT, FLOAT16, onnxFile } from './onnx-file.ts';
import type { Attribute, Graph, Node, Value } from './onnx-file.ts';

/**
 * How attention is written down: in plain operators, as PyTorch's exporter does, or as ONNX
 * Runtime's own fused operator, which its optimiser for transformers puts in.
 */
export type AttentionForm = 'plain' | 'fused';

/**
 * The checkpoint as an ONNX model, `pixel_values` [batch, 3, side, side] → `logits` [batch, labels],
 * in the operators that Hugging Face's exporter gives: what runs in ONNX Runtime and transformers.js.
 * @param half weights and arithmetic in half precision, as its converter gives; pixels and logits stay
 *   in single
 */
export function vitOnnx(
  checkpoint: Pick<Checkpoint, 'config' | 'tensors'>,
  attention: AttentionForm = 'plain',
  half = false,
): Uint8Array {
  return new VitGraph(checkpoint, attention, half).file();
}

class VitGraph {
  #nodes: Node[] = [];
  #initializers: Graph['initializers'] = [];
  #count = 0;

  constructor(
    private readonly checkpoint: Pick<Checkpoint, 'config' | 'tensors'>,
    private readonly form: AttentionForm,
    private readonly half: boolean,
  ) {}

  #run(
    op: string,
    inputs: Value[],
    attributes: Record<string, Attribute> = {},
    domain?: string,
  ): Value {
    const out = `v${this.#count++}`;
    this.#nodes.push({ op, inputs, outputs: [out], attributes, domain });
    return out;
  }

  #floats(shape: number[], data: Float32Array): Value {
    const name = `c${this.#count++}`;
    this.#initializers.push({ name, shape, data: this.half ? narrowToHalf(data) : data });
    return name;
  }

  #ints(...values: number[]): Value {
    const name = `c${this.#count++}`;
    this.#initializers.push({
      name,
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
    return name;
  }

  #scalar(value: number): Value {
    return this.#floats([], Float32Array.of(value));
  }

  #weight(name: string, shape?: number[]): Value {
    const tensor = this.checkpoint.tensors.get(name)!;
    return this.#floats(shape ?? tensor.shape, toFloat32(tensor, name));
  }

  /** x · weightᵀ + bias, the weight turned beforehand as exporters do. */
  #dense(x: Value, name: string): Value {
    const { shape } = this.checkpoint.tensors.get(`${name}.weight`)!;
    const [outputs, inputs] = shape as [number, number];
    const values = toFloat32(this.checkpoint.tensors.get(`${name}.weight`)!);
    const turned = new Float32Array(values.length);
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) turned[i * outputs + o] = values[o * inputs + i]!;
    }
    const product = this.#run('MatMul', [x, this.#floats([inputs, outputs], turned)]);
    if (!this.checkpoint.tensors.has(`${name}.bias`)) return product;
    return this.#run('Add', [product, this.#weight(`${name}.bias`)]);
  }

  #norm(x: Value, name: string): Value {
    const inputs = [x, this.#weight(`${name}.weight`), this.#weight(`${name}.bias`)];
    const epsilon = { float: this.checkpoint.config.layerNormEps };
    return this.#run('LayerNormalization', inputs, { axis: -1, epsilon });
  }

  #embed(pixels: Value): Value {
    const { hiddenSize: d, patchSize: p } = this.checkpoint.config;
    const at = 'vit.embeddings';
    const projection = `${at}.patch_embeddings.projection`;
    const cells = this.#run(
      'Conv',
      [pixels, this.#weight(`${projection}.weight`), this.#weight(`${projection}.bias`)],
      { strides: [p, p], kernel_shape: [p, p] },
    );
    const count = patchesPerSide(this.checkpoint.config) ** 2;
    const flat = this.#run('Reshape', [cells, this.#ints(0, d, count)]);
    const rows = this.#run('Transpose', [flat], { perm: [0, 2, 1] });
    const batch = this.#run('Slice', [
      this.#run('Shape', [pixels]),
      this.#ints(0),
      this.#ints(1),
      this.#ints(0),
    ]);
    const target = this.#run('Concat', [batch, this.#ints(1, d)], { axis: 0 });
    const token = this.#run('Expand', [this.#weight(`${at}.cls_token`), target]);
    const tokens = this.#run('Concat', [token, rows], { axis: 1 });
    return this.#run('Add', [tokens, this.#weight(`${at}.position_embeddings`)]);
  }

  #attention(q: Value, k: Value, v: Value): Value {
    const { heads, hiddenSize: d } = this.checkpoint.config;
    if (this.form === 'fused') {
      return this.#run('MultiHeadAttention', [q, k, v], { num_heads: heads }, 'com.microsoft');
    }
    const tokens = tokenCount(this.checkpoint.config);
    const split = (x: Value, perm: number[]) =>
      this.#run('Transpose', [this.#run('Reshape', [x, this.#ints(0, tokens, heads, d / heads)])], {
        perm,
      });
    const scores = this.#run('MatMul', [split(q, [0, 2, 1, 3]), split(k, [0, 2, 3, 1])]);
    const scaled = this.#run('Div', [scores, this.#scalar(Math.sqrt(d / heads))]);
    const shares = this.#run('Softmax', [scaled], { axis: -1 });
    const mixed = this.#run('MatMul', [shares, split(v, [0, 2, 1, 3])]);
    const joined = this.#run('Transpose', [mixed], { perm: [0, 2, 1, 3] });
    return this.#run('Reshape', [joined, this.#ints(0, tokens, d)]);
  }

  /** GELU by the error function, in the operators that ONNX Runtime knows to join. */
  #gelu(x: Value): Value {
    const erf = this.#run('Erf', [this.#run('Div', [x, this.#scalar(Math.SQRT2)])]);
    const twice = this.#run('Mul', [x, this.#run('Add', [erf, this.#scalar(1)])]);
    return this.#run('Mul', [twice, this.#scalar(0.5)]);
  }

  file(): Uint8Array {
    const { layers, imageSize, labels } = this.checkpoint.config;
    let x = this.#embed(
      this.half ? this.#run('Cast', ['pixel_values'], { to: FLOAT16 }) : 'pixel_values',
    );
    for (let n = 0; n < layers; n++) {
      const layer = `vit.encoder.layer.${n}`;
      const normed = this.#norm(x, `${layer}.layernorm_before`);
      const part = (name: string) => this.#dense(normed, `${layer}.attention.attention.${name}`);
      const mixed = this.#attention(part('query'), part('key'), part('value'));
      x = this.#run('Add', [this.#dense(mixed, `${layer}.attention.output.dense`), x]);
      const wide = this.#dense(
        this.#norm(x, `${layer}.layernorm_after`),
        `${layer}.intermediate.dense`,
      );
      x = this.#run('Add', [this.#dense(this.#gelu(wide), `${layer}.output.dense`), x]);
    }
    const features = this.#run('Gather', [this.#norm(x, 'vit.layernorm'), this.#index()], {
      axis: 1,
    });
    const logits = this.#run(
      'Gemm',
      [features, this.#weight('classifier.weight'), this.#weight('classifier.bias')],
      { transB: 1 },
    );
    this.#nodes.push({
      op: 'Cast',
      inputs: [logits],
      outputs: ['logits'],
      attributes: { to: FLOAT },
    });
    return onnxFile({
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: [{ name: 'pixel_values', shape: ['batch', 3, imageSize, imageSize] }],
      outputs: [{ name: 'logits', shape: ['batch', labels.length] }],
    });
  }

  /** The class token's place, as a scalar: `Gather` then drops the axis. */
  #index(): Value {
    const name = `c${this.#count++}`;
    this.#initializers.push({ name, shape: [], data: BigInt64Array.of(0n) });
    return name;
  }
}
