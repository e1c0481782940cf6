import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/**
 * Whom Upwind is compared with. 600 MB of them: too much for everyone's `npm ci`, so that the bench
 * installs them itself, in these versions, beside the repository's own packages.
 */
const PEERS = {
  'onnxruntime-node': '1.30.0',
  'onnxruntime-web': '1.30.0',
  '@huggingface/transformers': '4.3.1',
};

/** Folder of what the bench installs and writes; git ignores it. */
export const BENCH_FOLDER = resolve(import.meta.dirname, '../../../.bench');

/** Installs the peers where they are missing. Without scripts: ONNX Runtime's would fetch CUDA. */
export function ensurePeers(): void {
  mkdirSync(BENCH_FOLDER, { recursive: true });
  const wanted = { private: true, type: 'module', dependencies: PEERS };
  const missing = Object.entries(PEERS).filter(([name, version]) => {
    const manifest = join(BENCH_FOLDER, 'node_modules', name, 'package.json');
    return !existsSync(manifest) || JSON.parse(readFileSync(manifest, 'utf8')).version !== version;
  });
  if (missing.length === 0) return;
  console.error(
    `Installing into .bench/ (once): ${missing.map((one) => one.join('@')).join(', ')}`,
  );
  writeFileSync(join(BENCH_FOLDER, 'package.json'), JSON.stringify(wanted, null, 2));
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: BENCH_FOLDER,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Imports of the bench's own folder. */
export const peerRequire = (): NodeJS.Require => createRequire(join(BENCH_FOLDER, 'package.json'));
