import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join, dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { beforeAll, expect, test } from 'vitest';
import { installPacked, packageJson, packPackage, ROOT } from '../support/packed.ts';

/** Measured when this was written: far off on either side is worth a look. */
const SIZES = { tarballMB: 10.2, exposureOfFetchKB: 5.5 };

let folder: string;
let upwind: string;
beforeAll(() => {
  folder = installPacked(null);
  upwind = join(folder, 'node_modules/upwind');
});

const run = (code: string) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: folder,
    encoding: 'utf8',
  });

test('every entry that the package names is in it, with its types', () => {
  for (const target of Object.values(packageJson.exports)) {
    const paths = typeof target === 'string' ? [target] : Object.values(target);
    for (const path of paths)
      expect(existsSync(join(upwind, path.replace('*', ''))), path).toBe(true);
  }
  for (const file of ['element.js', 'maplibre.js', 'index.js', 'worker.js']) {
    expect(existsSync(join(upwind, 'dist/browser', file)), file).toBe(true);
  }
  expect(existsSync(join(upwind, 'public/models/upwind-vit/model.safetensors'))).toBe(true);
});

test('the style sheet sets each custom property that the elements document', () => {
  const sheet = readFileSync(join(upwind, 'dist/styles.css'), 'utf8');
  const set = [...sheet.matchAll(/(--upwind-[\w-]+):/g)].map(([, name]) => name!);
  const documented = published().flatMap(({ cssProperties = [] }) => cssProperties);
  const looks = documented.map(({ name }) => name).filter((name) => !name.includes('inset'));
  expect(set).toEqual(expect.arrayContaining([...new Set(looks)]));
  expect(sheet).toContain('--upwind-d: light-dark(#27479f, #6687e6);');
});

test('imports nothing that it does not declare', () => {
  const declared = new Set([
    ...Object.keys({ ...packageJson.dependencies, ...packageJson.peerDependencies }),
    ...builtinModules.flatMap((name) => [name, `node:${name}`]),
    // Node's WebGPU, where someone has installed it.
    'webgpu',
  ]);
  const named = new Set<string>();
  for (const path of readdirSync(join(upwind, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.js') || path.startsWith('browser')) continue;
    const code = readFileSync(join(upwind, 'dist', path), 'utf8');
    for (const [, name] of code.matchAll(
      /^(?:import|export)(?:[^'"=;]*\sfrom)?\s*['"]([^'".][^'"]*)['"]/gm,
    )) {
      named.add(
        name!
          .split('/')
          .slice(0, name!.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    }
  }
  expect(named.size).toBeGreaterThan(10);
  expect([...named].filter((name) => !declared.has(name))).toEqual([]);
});

test('importing the core touches no page, no network and no backend', () => {
  const seen = run(`
    const touched = [];
    for (const name of ['window', 'document', 'localStorage', 'indexedDB', 'caches', 'Worker']) {
      Object.defineProperty(globalThis, name, { get: () => void touched.push(name), configurable: true });
    }
    globalThis.fetch = () => touched.push('fetch');
    const before = new Set(Object.keys(globalThis));
    const core = await import('upwind');
    // zod keeps its registry where two copies of zod find it; nothing of ours may be left.
    touched.push(...Object.keys(globalThis).filter((name) => !before.has(name) && !name.startsWith('__zod_')));
    console.log(JSON.stringify({ touched, governs: core.exposureOfFetch(
      [{ roughness: 'B', lengthFt: 650 }, { roughness: 'D', lengthFt: 12000 }], { heightFt: 25 }).exposure }));
  `);
  expect(JSON.parse(seen)).toEqual({ touched: [], governs: 'C' });
});

test('a page that uses one rule gets that rule, not the library', async () => {
  writeFileSync(join(folder, 'entry.js'), `export { exposureOfFetch } from 'upwind';`);
  const bundle = await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: 'entry.js', formats: ['es'], fileName: 'entry' },
    },
  });
  const [{ output }] = bundle as unknown as [{ output: { code: string }[] }];
  const kB = output.reduce((sum, { code }) => sum + gzipSync(code).length, 0) / 1000;
  expect(kB).toBeLessThan(SIZES.exposureOfFetchKB * 1.3);
  expect(kB).toBeGreaterThan(SIZES.exposureOfFetchKB * 0.5);
});

test('the tarball is as large as expected: model, code for bundlers, code for pages', () => {
  const megabytes = statSync(packPackage()).size / 1e6;
  expect(megabytes).toBeLessThan(SIZES.tarballMB * 1.25);
  expect(megabytes).toBeGreaterThan(SIZES.tarballMB * 0.75);
});

/** Elements of the manifest that `upwind/element` publishes. */
function published(): Element[] {
  const text = readFileSync(join(upwind, 'dist/custom-elements.json'), 'utf8');
  const { modules } = JSON.parse(text) as {
    modules: { path: string; exports: { name: string }[]; declarations?: Element[] }[];
  };
  const entry = modules.find(({ path }) => path === 'components/element.ts')!;
  const names = new Set(entry.exports.map(({ name }) => name));
  return modules.flatMap(({ path, declarations = [] }) =>
    declarations
      .filter(({ tagName, name }) => tagName && names.has(name))
      .map((one) => ({ ...one, path })),
  );
}
interface Described {
  name: string;
  description?: string;
}
interface Element {
  name: string;
  tagName?: string;
  path: string;
  summary?: string;
  attributes?: Described[];
  members?: (Described & {
    kind: string;
    privacy?: string;
    static?: boolean;
    attribute?: string;
    reflects?: boolean;
  })[];
  events?: Described[];
  slots?: Described[];
  cssParts?: Described[];
  cssProperties?: Described[];
}

/** An element's module, and those beside it that it takes its templates from. */
function templatesOf(path: string): string {
  const source = readFileSync(path, 'utf8');
  const beside = [...source.matchAll(/ from '(\.\/[\w-]+\.ts)'/g)]
    .map(([, name]) => readFileSync(join(dirname(path), name!), 'utf8'))
    .filter((text) => !text.includes('@customElement('));
  return [source, ...beside].join('\n');
}

test('the manifest describes every published element: attributes, properties, events, slots, parts, custom properties', () => {
  const elements = published();
  expect(elements.map(({ tagName }) => tagName)).toEqual(
    expect.arrayContaining([
      'upwind-map',
      'upwind-rose',
      'upwind-result-table',
      'upwind-labels',
      'upwind-trainer',
    ]),
  );
  for (const { tagName, path, summary, ...element } of elements) {
    const { attributes = [], events = [], slots = [], cssParts = [], cssProperties = [] } = element;
    expect(summary, tagName).toBeTruthy();
    const fields = (element.members ?? []).filter(
      ({ kind, privacy, static: ofClass, name }) =>
        kind === 'field' && !privacy && !ofClass && !name.startsWith('#'),
    );
    const bare = [...attributes, ...fields, ...events, ...slots, ...cssParts, ...cssProperties]
      .filter(({ description }) => !description)
      .map(({ name }) => name);
    expect(bare, `${tagName} without a description`).toEqual([]);
    expect(cssProperties.map(({ name }) => name)).toContain('--upwind-surface');
    const silent = fields.filter(({ attribute, reflects }) => attribute && !reflects);
    expect(
      silent.map(({ attribute }) => attribute),
      `${tagName} keeps to itself`,
    ).toEqual([]);

    const source = templatesOf(join(ROOT, path));
    const found = (pattern: RegExp) =>
      [...new Set([...source.matchAll(pattern)].flatMap(([, names]) => names!.split(', ')))].sort();
    const named = (list: Described[]) => list.map(({ name }) => name).sort();
    expect(named(cssParts), `parts of ${tagName}`).toEqual(
      found(/\s(?:export)?parts?="([\w, -]+)"/g),
    );
    expect(named(slots), `slots of ${tagName}`).toEqual(
      [...source.matchAll(/<slot(?: name="(\w+)")?>/g)].map(([, name]) => name ?? '').sort(),
    );
  }
});

test('the reference has a page for everything that the entries export', () => {
  const pages = readdirSync(join(upwind, 'dist/docs'), { recursive: true, encoding: 'utf8' });
  const names = new Set(pages.map((path) => basename(path, '.md')));
  const entries = [
    'src/index',
    'src/platform/node/index',
    'components/element',
    'components/maplibre',
  ];
  const exported = entries.flatMap((entry) => {
    const code = readFileSync(join(upwind, `dist/${entry}.d.ts`), 'utf8');
    return [...code.matchAll(/^export (?:type )?\{([^}]+)\}/gm)].flatMap(([, list]) =>
      list!.split(',').map((name) => name.trim()),
    );
  });
  expect(exported.length).toBeGreaterThan(80);
  expect(exported.filter((name) => name && !names.has(name))).toEqual([]);
  const elements = readFileSync(join(upwind, 'dist/docs/elements.md'), 'utf8');
  for (const { tagName } of published()) expect(elements).toContain(`## \`<${tagName}>\``);
});
