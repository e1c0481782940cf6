import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { FIXTURES, maxDifference, nanoExpected } from '../support/vit-fixtures.ts';

const NANO = join(FIXTURES, 'vit-nano');
const expected = nanoExpected();
const pictures = expected.images.map((image) => join(NANO, image));

interface Row {
  image: string;
  label: string;
  logits: number[];
  probabilities: number[];
}

test('upwind classify prints PyTorch’s logits as one JSON document', async () => {
  const { status, stdout, stderr } = await runCli([
    'classify',
    '--json',
    ...pictures,
    '--model',
    NANO,
  ]);
  expect(status).toBe(0);
  const rows = JSON.parse(stdout) as Row[];
  expect(rows.map(({ image }) => image)).toEqual(pictures);
  const flat = (pick: (row: Row) => number[]) => rows.flatMap(pick);
  expect(
    maxDifference(
      flat((row) => row.logits),
      expected.logits.values,
    ),
  ).toBeLessThan(1e-4);
  expect(
    maxDifference(
      flat((row) => row.probabilities),
      expected.probabilities.values,
    ),
  ).toBeLessThan(1e-4);
  const names = ['RoughnessB', 'RoughnessC', 'RoughnessD'];
  rows.forEach(({ label, probabilities }) => {
    expect(label).toBe(names[probabilities.indexOf(Math.max(...probabilities))]);
  });
  expect(stderr).toMatch(/Computing on \w+/);
});

describe('bad input is one line and status 2', () => {
  test.each<[string, string[], RegExp]>([
    ['no picture file', ['nowhere.png', '--model', NANO], /There is no file nowhere\.png/],
    ['not a picture', [join(NANO, 'config.json'), '--model', NANO], /is not a picture/],
    ['no model', [pictures[0]!, '--model', './nowhere'], /There is no model "\.\/nowhere"/],
    [
      'a folder without one',
      [pictures[0]!, '--model', join(NANO, 'images')],
      /has no config\.json/,
    ],
  ])('%s', async (_, args, line) => {
    const { status, stdout, stderr } = await runCli(['classify', ...args]);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trim()).toMatch(line);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('an unknown backend', async () => {
    const args = ['classify', pictures[0]!, '--model', NANO, '--backend', 'abacus'];
    const { status, stderr } = await runCli(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/auto, webgpu, wasm or cpu/);
  });
});
