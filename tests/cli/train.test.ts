import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { tinyFolder } from '../support/tiny-dataset.ts';
import { NANO, checkpointAt } from '../support/training.ts';

let root: string;
let data: string;
let zip: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'upwind-train-'));
  data = join(root, 'data');
  zip = join(root, 'tiny.zip');
  const files = await tinyFolder();
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(data, path)), { recursive: true });
    await writeFile(join(data, path), bytes);
  }
  await writeFile(zip, zipSync(Object.fromEntries(files)));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const flags = (out: string) => ['--base', NANO, '--out', out, '--backend', 'wasm', '--lr', '1e-3'];

describe('upwind train', () => {
  test('prints a line an epoch and writes a checkpoint that evaluate and classify open', async () => {
    const out = join(root, 'full');
    const run = await runCli(['train', '--data', data, ...flags(out), '--epochs', '3']);
    expect(run.stderr).toMatch(/data: train B 3 C 3 D 3; validation B 1 C 1 D 1\./);
    expect(run.status).toBe(0);
    const lines = run.stdout.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(
      /^epoch 2 .*train loss \d\.\d+ .*accuracy [01]\.\d+ .*recall B .*C .*D/,
    );
    expect(existsSync(join(out, '.training'))).toBe(false);
    const trained = await checkpointAt(out);
    expect(trained.trained).toBe(true);
    const state = JSON.parse(await readFile(join(out, 'trainer_state.json'), 'utf8'));
    expect(state.num_train_epochs).toBe(3);

    const judged = await runCli([
      'evaluate',
      '--data',
      zip,
      '--model',
      out,
      '--json',
      '--backend',
      'wasm',
    ]);
    expect(judged.status).toBe(0);
    const answer = JSON.parse(judged.stdout);
    expect(Object.keys(answer)).toEqual([
      'n',
      'accuracy',
      'labels',
      'recall',
      'confusion',
      'unsafe',
      'costly',
      'model',
      'backend',
    ]);
    expect(answer).toMatchObject({ n: 3, labels: ['B', 'C', 'D'], model: 'full', backend: 'wasm' });
    // The same figures as the run's own best epoch, through the inference path.
    const papers = JSON.parse(await readFile(join(out, 'upwind.json'), 'utf8'));
    expect(answer.confusion).toEqual(papers.metrics.confusion);
    expect(answer.accuracy).toBe(papers.metrics.accuracy);
  });

  test('a run that is killed goes on where it was, and ends as if it had not been', async () => {
    const [whole, killed] = [join(root, 'whole'), join(root, 'killed')];
    const args = (out: string) => [
      'train',
      '--data',
      zip,
      ...flags(out),
      '--epochs',
      '8',
      '--json',
    ];
    const first = await runCli(args(whole));
    expect(first.status).toBe(0);
    await killAfterEpoch(args(killed), 2);
    expect(existsSync(join(killed, 'model.safetensors'))).toBe(false);
    const second = await runCli([...args(killed), '--resume']);
    expect(second.status).toBe(0);
    expect(second.stderr).toMatch(/Going on after epoch [2-7]/);
    const of = ({ stdout }: { stdout: string }) => {
      const { epochs, sha256 } = JSON.parse(stdout);
      return { sha256, epochs: epochs.map((one: object) => ({ ...one, seconds: 0 })) };
    };
    expect(of(second)).toEqual(of(first));
  });

  test('head: its own defaults, F16 on demand', async () => {
    const out = join(root, 'head');
    const args = ['train', '--data', zip, '--base', NANO, '--out', out, '--mode', 'head'];
    const run = await runCli([...args, '--dtype', 'f16', '--json', '--backend', 'wasm']);
    expect(run.status).toBe(0);
    const answer = JSON.parse(run.stdout);
    expect(answer.settings).toMatchObject({ mode: 'head', lastBlocks: null });
    expect(answer.epochs.length).toBe(answer.settings.epochs);
    const { tensors } = await checkpointAt(out);
    expect(tensors.get('classifier.weight')!.dtype).toBe('F16');
  });
});

describe('bad input is one line and status 2', () => {
  const refused: [string, string[], RegExp][] = [
    ['no data', ['--data', './nowhere'], /There is no dataset ".\/nowhere"/],
    ['a learning rate that is none', ['--lr', 'fast'], /--lr must be a number/],
    [
      'blocks of a head',
      ['--mode', 'head', '--last-blocks', '2'],
      /--last-blocks needs --mode full/,
    ],
    ['an unknown preset', ['--preset', 'magic'], /Allowed choices are tutorial/],
    ['nothing to go on with', ['--resume', '--out', NANO], /is finished/],
    ['more blocks than there are', ['--last-blocks', '9'], /^upwind: The model has 3 blocks/],
    ['a file for a folder', ['--out', resolve(import.meta.dirname, 'train.test.ts')], /is a file/],
    ['the model it starts from', ['--out', NANO], /--out is the folder of --base/],
  ];
  test.each(refused)('%s', async (_name, args, message) => {
    const run = await runCli(['train', '--data', zip, ...flags(join(root, 'no')), ...args]);
    expect(run.stderr).toMatch(message);
    expect(run.status).toBe(2);
    expect(run.stdout).toBe('');
  });

  test('one class is refused before anything starts or is made', async () => {
    const one = join(root, 'one.zip');
    const files = [...(await tinyFolder())].filter(([path]) => path.includes('RoughnessB'));
    await writeFile(one, zipSync(Object.fromEntries(files)));
    const run = await runCli(['train', '--data', one, ...flags(join(root, 'never'))]);
    expect(run.stderr).toMatch(/All training pictures are B.*Add pictures of another category/);
    expect(run.stderr).not.toContain('Computing');
    expect(run.status).toBe(2);
    expect(existsSync(join(root, 'never'))).toBe(false);
  });

  test('classes that nobody can know', async () => {
    const odd = join(root, 'odd.zip');
    const files = [...(await tinyFolder())].map(([path, bytes]) => [
      path.replace('RoughnessB', 'urban'),
      bytes,
    ]);
    await writeFile(odd, zipSync(Object.fromEntries(files)));
    const args = ['evaluate', '--data', odd, '--model', NANO, '--json', '--backend', 'wasm'];
    const asked = await runCli(args);
    expect(asked.stderr).toMatch(/Which roughness is "urban"\? .*urban=B/);
    expect(asked.status).toBe(2);
    const told = await runCli([...args, '--classes', 'urban=B']);
    expect(told.status).toBe(0);
    expect(JSON.parse(told.stdout).n).toBe(3);
  });
});

/** Starts a run and kills it the hard way once it has told of an epoch. */
async function killAfterEpoch(args: string[], epoch: number): Promise<void> {
  const repository = resolve(import.meta.dirname, '../..');
  const entry = join(repository, 'tests/support/cli-entry.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', entry, ...args], { cwd: repository });
  await new Promise<void>((done, fail) => {
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(`epoch ${epoch} `)) child.kill('SIGKILL');
    });
    child.on('error', fail);
    child.on('close', (_status, signal) =>
      signal === 'SIGKILL' ? done() : fail(new Error(`ended by itself: ${said}`)),
    );
  });
}
