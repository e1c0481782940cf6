import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { filesInMemory } from '../../../src/checkpoint/file-set.ts';
import { withRoughnessHead } from '../../../src/checkpoint/fresh-head.ts';
import { hasRoughnessLabels, roughnessOfLabel } from '../../../src/checkpoint/labels.ts';
import { float32Tensor, toFloat32 } from '../../../src/checkpoint/named-tensor.ts';
import type { NamedTensor } from '../../../src/checkpoint/named-tensor.ts';
import { readCheckpoint } from '../../../src/checkpoint/read-checkpoint.ts';
import { readSafetensors, writeSafetensors } from '../../../src/checkpoint/safetensors.ts';
import { writeCheckpoint } from '../../../src/checkpoint/write-checkpoint.ts';
import { zipFiles } from '../../../src/checkpoint/zip.ts';
import { FIXTURES } from '../../support/vit-fixtures.ts';

const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(`${FIXTURES}/vit-nano/${name}`));
const NAMES = ['config.json', 'preprocessor_config.json', 'model.safetensors'];
const nanoFiles = () => new Map<string, Uint8Array>(NAMES.map((name) => [name, bytesOf(name)]));
const json = (value: unknown) => strToU8(JSON.stringify(value));
const jsonOf = (name: string) => JSON.parse(new TextDecoder().decode(bytesOf(name)));

/** The nano folder with some files replaced, added, or (null) removed. */
function changed(changes: Record<string, Uint8Array | null>) {
  const files = nanoFiles();
  for (const [name, bytes] of Object.entries(changes)) {
    if (bytes) files.set(name, bytes);
    else files.delete(name);
  }
  return filesInMemory('nano', files);
}
const config = (change: object) => ({
  'config.json': json({ ...jsonOf('config.json'), ...change }),
});
const preprocessor = (change: object) => ({
  'preprocessor_config.json': json({ ...jsonOf('preprocessor_config.json'), ...change }),
});
function weights(change: (tensors: Map<string, NamedTensor>) => void) {
  const { tensors } = readSafetensors(bytesOf('model.safetensors'), 'nano');
  change(tensors);
  return { 'model.safetensors': writeSafetensors(tensors) };
}
/** A file with a hand-written header. */
function raw(header: string | object, data = new Uint8Array(8)): Record<string, Uint8Array> {
  const text = strToU8(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return { 'model.safetensors': bytes };
}
const huge = new Uint8Array(16);
new DataView(huge.buffer).setBigUint64(0, 2n ** 62n, true);
const F32x2 = { dtype: 'F32', shape: [2] };

describe('one clear line for', () => {
  test.each<[string, Record<string, Uint8Array | null>, RegExp]>([
    ['no config', { 'config.json': null }, /no config\.json/],
    ['no preprocessor', { 'preprocessor_config.json': null }, /no preprocessor_config\.json/],
    ['no weights', { 'model.safetensors': null }, /no model\.safetensors/],
    [
      'pickled weights',
      { 'model.safetensors': null, 'pytorch_model.bin': new Uint8Array(4) },
      /pytorch_model\.bin, a pickle file, which can run any program.*safe_serialization/,
    ],
    ['config no JSON', { 'config.json': strToU8('{') }, /config\.json is not valid JSON/],
    ['another architecture', config({ model_type: 'swin' }), /"swin" model; Upwind reads ViT/],
    ['another activation', config({ hidden_act: 'gelu_new' }), /hidden_act is "gelu_new"/],
    ['heads that do not divide', config({ num_attention_heads: 5 }), /does not divide by 5/],
    ['a size that is text', config({ hidden_size: 'big' }), /hidden_size does not fit/],
    ['a class without a name', config({ id2label: { 0: 'B', 2: 'D' } }), /no number 1/],
    ['shortest edge', preprocessor({ size: { shortest_edge: 32 } }), /shortest edge/],
    ['another size', preprocessor({ size: 48 }), /48×48, but the model reads 32×32/],
    ['another filter', preprocessor({ resample: 1 }), /resample 1/],
    ['a later upwind.json', { 'upwind.json': json({ schema: 2 }) }, /later Upwind/],
    ['an empty file', { 'model.safetensors': new Uint8Array(0) }, /ends after 0 bytes/],
    [
      'a truncated header',
      { 'model.safetensors': bytesOf('model.safetensors').slice(0, 500) },
      /header claims \d+ bytes, the file has 500/,
    ],
    ['a huge header', { 'model.safetensors': huge }, /header claims 4611686018427387904 bytes/],
    ['a header that is no JSON', raw('{"a":'), /header is not JSON/],
    [
      'truncated data',
      { 'model.safetensors': bytesOf('model.safetensors').slice(0, -100) },
      /ends 100 bytes before the end of/,
    ],
    [
      'overlapping tensors',
      raw({ a: { ...F32x2, data_offsets: [0, 8] }, b: { ...F32x2, data_offsets: [0, 8] } }),
      /overlaps/,
    ],
    [
      'a gap',
      raw({ a: { ...F32x2, data_offsets: [4, 12] } }, new Uint8Array(12)),
      /belong to none/,
    ],
    [
      'bytes left over',
      raw({ a: { ...F32x2, data_offsets: [0, 8] } }, new Uint8Array(9)),
      /1 bytes at its end/,
    ],
    [
      'a wrong size',
      raw({ a: { ...F32x2, data_offsets: [0, 4] } }),
      /4 bytes, its shape \[2\] needs 8/,
    ],
    [
      'an unknown type',
      raw({ a: { dtype: 'Q4', shape: [2], data_offsets: [0, 8] } }),
      /unknown type "Q4"/,
    ],
    [
      'a negative shape',
      raw({ a: { dtype: 'F32', shape: [-2], data_offsets: [0, 8] } }),
      /has no shape/,
    ],
    [
      'a wrong shape',
      weights((tensors) => {
        tensors.set('vit.layernorm.bias', float32Tensor([31], new Float32Array(31)));
      }),
      /vit\.layernorm\.bias has shape \[31\], config\.json asks for \[32\]/,
    ],
    [
      'a missing tensor',
      weights((tensors) => {
        tensors.delete('vit.encoder.layer.2.output.dense.bias');
      }),
      /vit\.encoder\.layer\.2\.output\.dense\.bias is missing/,
    ],
    [
      'NaN weights',
      weights((tensors) => {
        tensors.set('vit.layernorm.bias', float32Tensor([32], new Float32Array(32).fill(NaN, 7)));
      }),
      /vit\.layernorm\.bias holds NaN or infinity at element 7/,
    ],
    [
      'whole-number weights',
      weights((tensors) => {
        const data = new Uint8Array(128);
        tensors.set('vit.layernorm.bias', { shape: [32], dtype: 'I32', data });
      }),
      /holds I32/,
    ],
    [
      'an index that reaches elsewhere',
      {
        'model.safetensors': null,
        'model.safetensors.index.json': json({ weight_map: { a: '../../secret.safetensors' } }),
      },
      /must be a file name/,
    ],
  ])('%s', async (_, changes, line) => {
    const error = await readCheckpoint(changed(changes)).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'UserError', message: expect.stringMatching(line) });
    expect((error as Error).message).not.toMatch(/\n/);
  });
});

describe('a checkpoint', () => {
  test('as saved: config, labels, hash of the weights file', async () => {
    const nano = await readCheckpoint(changed({}));
    expect(nano.config).toMatchObject({ hiddenSize: 32, layers: 3, heads: 2, patchSize: 8 });
    expect(nano.config.labels).toEqual(['RoughnessB', 'RoughnessC', 'RoughnessD']);
    expect(nano.preprocessor.resize).toEqual({ width: 32, height: 32, filter: 'bilinear' });
    expect(nano.trained).toBe(true);
    expect(nano.sha256).toBe(
      createHash('sha256').update(bytesOf('model.safetensors')).digest('hex'),
    );
  });

  test('in shards gives the same tensors', async () => {
    const { tensors } = readSafetensors(bytesOf('model.safetensors'), 'nano');
    const half = [...tensors].slice(0, 20);
    const rest = [...tensors].slice(20);
    const map = Object.fromEntries([
      ...half.map(([name]) => [name, 'model-1.safetensors']),
      ...rest.map(([name]) => [name, 'model-2.safetensors']),
    ]);
    const sharded = {
      'model.safetensors': null,
      'model.safetensors.index.json': json({ metadata: {}, weight_map: map }),
      'model-1.safetensors': writeSafetensors(new Map(half)),
      'model-2.safetensors': writeSafetensors(new Map(rest)),
    };
    const whole = await readCheckpoint(changed({}));
    expect((await readCheckpoint(changed(sharded))).tensors).toEqual(whole.tensors);
    const error = await readCheckpoint(changed({ ...sharded, 'model-2.safetensors': null })).catch(
      (caught: Error) => caught.message,
    );
    expect(error).toMatch(/no model-2\.safetensors/);
  });

  test('without a head or prefix gets a fresh one, the same for the same seed', async () => {
    const backbone = {
      ...config({ architectures: ['ViTModel'], id2label: undefined }),
      ...weights((tensors) => {
        for (const [name, tensor] of [...tensors]) {
          tensors.delete(name);
          if (name.startsWith('vit.')) tensors.set(name.slice(4), tensor);
        }
        tensors.set('pooler.dense.bias', float32Tensor([32], new Float32Array(32)));
      }),
    };
    const [one, same, other] = await Promise.all(
      [1, 1, 2].map((seed) => readCheckpoint(changed(backbone), { seed })),
    );
    expect(one!.trained).toBe(false);
    expect(one!.config.labels).toEqual(['RoughnessB', 'RoughnessC', 'RoughnessD']);
    expect(one!.tensors.has('vit.pooler.dense.bias')).toBe(false);
    expect(one!.tensors).toEqual(same!.tensors);
    expect(one!.tensors).not.toEqual(other!.tensors);
    const head = toFloat32(one!.tensors.get('classifier.weight')!);
    const deviation = Math.sqrt(head.reduce((sum, value) => sum + value ** 2, 0) / head.length);
    // 96 numbers of normal(0, 0.02): their deviation lies within 30 % of it.
    expect(Math.abs(deviation / 0.02 - 1)).toBeLessThan(0.3);
    expect(toFloat32(one!.tensors.get('classifier.bias')!)).toEqual(new Float32Array(3));
  });

  test('of other classes loads as it is, and takes a roughness head when asked', async () => {
    const imagenet = await readCheckpoint(
      changed(config({ id2label: { 0: 'cat', 1: 'dog', 2: 'harbour' } })),
    );
    expect(imagenet.config.labels).toEqual(['cat', 'dog', 'harbour']);
    expect(imagenet.trained).toBe(true);
    expect(hasRoughnessLabels(imagenet.config.labels)).toBe(false);
    const headed = withRoughnessHead(imagenet);
    expect(headed.trained).toBe(false);
    expect(hasRoughnessLabels(headed.config.labels)).toBe(true);
    expect(headed.tensors.get('vit.layernorm.bias')).toBe(
      imagenet.tensors.get('vit.layernorm.bias'),
    );
    const again = await readCheckpoint(filesInMemory('again', writeCheckpoint(headed)));
    expect(again.trained).toBe(false);
  });

  test('written and read again is the same, F32 bit for bit, unknown fields kept', async () => {
    const upwind = { schema: 1, tile_m: 250, temperature: 1.3, later: { kept: true } };
    const nano = await readCheckpoint(
      changed({ 'upwind.json': json(upwind), ...config({ something_new: 7 }) }),
    );
    const files = writeCheckpoint(nano, { readme: ({ id }) => `# ${id}\n` });
    expect([...files.keys()].sort()).toEqual([
      'README.md',
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
      'upwind.json',
    ]);
    const again = await readCheckpoint(filesInMemory('nano', files));
    expect(again.tensors).toEqual(nano.tensors);
    expect(again.config.raw).toMatchObject({ something_new: 7, torch_dtype: 'float32' });
    expect(again.upwind).toMatchObject(upwind);
    expect(writeCheckpoint(again).get('model.safetensors')).toEqual(files.get('model.safetensors'));
    const halved = writeCheckpoint(nano, { dtype: 'F16' });
    const ratio = halved.get('model.safetensors')!.length / files.get('model.safetensors')!.length;
    expect(ratio).toBeLessThan(0.56);
  });

  test('of the tutorial is known to see 2 km, by its Hub id', async () => {
    const id = 'sh-zheng/vit-base-patch16-224-in21k-fintuned-SurfaceRoughness';
    const files = filesInMemory(id, nanoFiles());
    expect((await readCheckpoint(files)).upwind.tile_m).toBe(2000);
    expect((await readCheckpoint(changed({}))).upwind.tile_m).toBeNull();
  });

  test('stops when asked to', async () => {
    const controller = new AbortController();
    const reading = readCheckpoint(changed({}), {
      signal: controller.signal,
      onProgress: ({ file }) => file === 'model.safetensors' && controller.abort(),
    });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a zip', () => {
  test('of the folder, with a folder above, is read', async () => {
    const entries = [...nanoFiles()].map(([name, bytes]) => [`nano/${name}`, bytes] as const);
    const zipped = zipSync(Object.fromEntries(entries));
    const { id, config } = await readCheckpoint(zipFiles(zipped, 'my-model.zip'));
    expect([id, config.layers]).toEqual(['my-model', 3]);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['is no zip', strToU8('not a zip at all, only words'), /not a zip archive/],
    ['climbs out', zipSync({ '../evil.json': strToU8('{}') }), /points outside the archive/],
    ['is absolute', zipSync({ '/etc/passwd': strToU8('x') }), /points outside the archive/],
    ['is a bomb', zipSync({ 'model.safetensors': new Uint8Array(4e6) }), /as a zip bomb does/],
    [
      'has too many files',
      zipSync(Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`f${i}`, strToU8('')]))),
      /more than 2000 files/,
    ],
  ])('that %s is refused', (_, bytes, line) => {
    expect(() => zipFiles(bytes, 'a.zip')).toThrow(line);
  });

  test('that unpacks to too much is refused before it is unpacked', () => {
    const bytes = zipSync({ a: crypto.getRandomValues(new Uint8Array(3000)) }, { level: 0 });
    const limits = { maxEntries: 10, maxBytes: 2000, maxRatio: 100 };
    expect(() => zipFiles(bytes, 'a.zip', limits)).toThrow(/unpacks to more than/);
  });
});

test.each([
  ['RoughnessB', 'B'],
  ['C', 'C'],
  ['surface_roughness_d', 'D'],
  ['Category B', 'B'],
  ['bird', null],
  ['LABEL_1', null],
])('the class %s stands for %s', (label, roughness) => {
  expect(roughnessOfLabel(label)).toBe(roughness);
});
