import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import * as upwind from '../../src/index.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const manifest = JSON.parse(await readFile(resolve(ROOT, 'package.json'), 'utf8'));

test('the version that results record is the version of the package', () => {
  expect(upwind.SOFTWARE_VERSION).toBe(manifest.version);
});

test('the example of the README holds: water 50 ft nearer would make it D', () => {
  const fetch = [
    { roughness: 'B', lengthFt: 650 },
    { roughness: 'D', lengthFt: 12000 },
  ] as const;
  expect(upwind.exposureOfFetch([...fetch], { heightFt: 25 })).toMatchObject({
    exposure: 'C',
    clause: '26.7.3',
    distanceToChangeFt: 50,
  });
});

test('importing the core runs nothing: no TensorFlow, no timer, no page', async () => {
  const script = `
    const touched = [];
    for (const name of ['document', 'window', 'fetch', 'indexedDB', 'Worker']) {
      Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name); } });
    }
    await import(${JSON.stringify(resolve(ROOT, 'src/index.ts'))});
    const { createRequire } = await import('node:module');
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => /tensorflow/.test(path));
    process.stdout.write(JSON.stringify({ touched, loaded, open: process.getActiveResourcesInfo().filter((r) => r === 'Timeout') }));
  `;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  expect(JSON.parse(stdout)).toEqual({ touched: [], loaded: [], open: [] });
});
