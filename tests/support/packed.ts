import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
const MODULES = join(ROOT, 'node_modules');

interface PackageJson {
  version: string;
  exports: Record<string, string | { types: string; default: string }>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}
export const packageJson = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
) as PackageJson;

let packed: { folder: string; tarball: string } | null = null;

/** The tarball that `npm pack` makes of what has been built, once for each test file. */
export function packPackage(): string {
  if (packed) return packed.tarball;
  const made = ['dist/src', 'dist/browser', 'dist/custom-elements.json', 'dist/docs'];
  if (!made.every((path) => existsSync(join(ROOT, path)))) {
    throw new Error('Nothing to pack: run "npm run build" first.');
  }
  const folder = mkdtempSync(join(tmpdir(), 'upwind-packed-'));
  const name = execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  packed = { folder, tarball: join(folder, name.trim().split('\n').at(-1)!) };
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return packed.tarball;
}

/**
 * A fresh folder with the packed package installed: its own files unpacked, what it declares (and
 * `others`) linked from here, and nothing else. An example is copied into it.
 */
export function installPacked(example: string | null, others: readonly string[] = []): string {
  const tarball = packPackage();
  const folder = mkdtempSync(join(dirname(tarball), `${example ?? 'fresh'}-`));
  const upwind = join(folder, 'node_modules/upwind');
  mkdirSync(upwind, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', upwind, '--strip-components=1']);
  const { dependencies, peerDependencies } = packageJson;
  for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), ...others]) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(MODULES, name), link);
  }
  // An example that somebody tried in its place has modules of its own.
  const filter = (path: string): boolean => basename(path) !== 'node_modules';
  if (example) cpSync(join(ROOT, 'examples', example), folder, { recursive: true, filter });
  return folder;
}
