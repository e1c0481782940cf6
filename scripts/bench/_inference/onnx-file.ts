/** Writes ONNX files: the few messages of the format that a ViT needs, in protobuf's encoding. */

/** A value that a node reads or writes, or null where an optional input is left out. */
export type Value = string;
export type Attribute = number | number[] | { float: number } | string;

export interface Node {
  op: string;
  inputs: Value[];
  outputs: Value[];
  attributes?: Record<string, Attribute>;
  /** Operator set; ONNX's own unless given. */
  domain?: string;
}

export interface Initializer {
  name: Value;
  shape: number[];
  /** Half-precision numbers by their bits. */
  data: Float32Array | Uint16Array | BigInt64Array;
}

export interface Graph {
  nodes: Node[];
  initializers: Initializer[];
  /** Name and shape; a word stands for a side that is known at run time only. */
  inputs: { name: Value; shape: (number | string)[] }[];
  outputs: { name: Value; shape: (number | string)[] }[];
}

/** Numbers of the element types. @see onnx.proto3, TensorProto.DataType */
export const [FLOAT, INT64, FLOAT16] = [1, 7, 10];
/** @see onnx.proto3, AttributeProto.AttributeType */
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 };
/** LayerNormalization came with 17. */
const OPSET = 17;
/** The file format that goes with that set. */
const IR_VERSION = 8;

type Part = Uint8Array;

const text = (value: string): Part => new TextEncoder().encode(value);

function varint(value: number): Part {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return Uint8Array.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** Parts end to end: a message of its fields. */
const join = (parts: Part[]): Part => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
};

const number = (field: number, value: number): Part => join([varint(field << 3), varint(value)]);
const bytes = (field: number, value: Part): Part =>
  join([varint((field << 3) | 2), varint(value.length), value]);
const string = (field: number, value: string): Part => bytes(field, text(value));
const float = (field: number, value: number): Part =>
  join([varint((field << 3) | 5), new Uint8Array(Float32Array.of(value).buffer)]);

function attribute([name, value]: [string, Attribute]): Part {
  const named = (type: number, ...rest: Part[]) =>
    bytes(5, join([string(1, name), ...rest, number(20, type)]));
  if (typeof value === 'number') return named(ATTRIBUTE.int, number(3, value));
  if (typeof value === 'string') return named(ATTRIBUTE.string, string(4, value));
  if (Array.isArray(value)) return named(ATTRIBUTE.ints, ...value.map((one) => number(8, one)));
  return named(ATTRIBUTE.float, float(2, value.float));
}

const node = ({ op, inputs, outputs, attributes = {}, domain = '' }: Node): Part =>
  join([
    ...inputs.map((name) => string(1, name)),
    ...outputs.map((name) => string(2, name)),
    string(3, outputs[0]!),
    string(4, op),
    ...Object.entries(attributes).map(attribute),
    string(7, domain),
  ]);

const tensor = ({ name, shape, data }: Initializer): Part =>
  join([
    ...shape.map((side) => number(1, side)),
    number(2, data instanceof Float32Array ? FLOAT : data instanceof Uint16Array ? FLOAT16 : INT64),
    string(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);

function valueInfo({ name, shape }: Graph['inputs'][number]): Part {
  const sides = shape.map((side) =>
    bytes(1, typeof side === 'number' ? number(1, side) : string(2, side)),
  );
  const type = join([number(1, FLOAT), bytes(2, join(sides))]);
  return join([string(1, name), bytes(2, bytes(1, type))]);
}

/** The bytes of a `.onnx` file. @see onnx.proto3 */
export function onnxFile(graph: Graph): Uint8Array {
  const body = join([
    ...graph.nodes.map((one) => bytes(1, node(one))),
    string(2, 'vit'),
    ...graph.initializers.map((one) => bytes(5, tensor(one))),
    ...graph.inputs.map((one) => bytes(11, valueInfo(one))),
    ...graph.outputs.map((one) => bytes(12, valueInfo(one))),
  ]);
  const domains = [...new Set(graph.nodes.map(({ domain = '' }) => domain))];
  const sets = domains.map((domain) =>
    bytes(8, join([string(1, domain), number(2, domain === '' ? OPSET : 1)])),
  );
  return join([number(1, IR_VERSION), string(2, 'upwind bench'), bytes(7, body), ...sets]);
}
