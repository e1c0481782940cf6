// npm run docs: the API reference from docstrings, and the elements from their manifest.
// Written to dist/docs, which is packed with the library. An export without a docstring is an error,
// so that the reference is whole whenever the library is built.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Application, OptionDefaults, ReflectionKind } from 'typedoc';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = resolve(ROOT, 'dist/docs');

const app = await Application.bootstrapWithPlugins({
  entryPoints: [
    'src/index.ts',
    'src/platform/node/index.ts',
    'components/maplibre.ts',
    'components/element.ts',
  ].map((path) => resolve(ROOT, path)),
  plugin: ['typedoc-plugin-markdown'],
  tsconfig: resolve(ROOT, 'tsconfig.build.json'),
  // Never the default, which is docs/ and is emptied first.
  out: OUT,
  name: 'Upwind',
  readme: 'none',
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  skipErrorChecking: true,
  validation: false,
  blockTags: [...OptionDefaults.blockTags, '@csspart', '@cssproperty', '@slot'],
  outputs: [{ name: 'markdown', path: OUT }],
  logLevel: 'Error',
});
const project = await app.convert();
if (!project) throw new Error('TypeDoc could not read the sources.');
const bare = project.children
  .flatMap((entry) => entry.children ?? [])
  .filter((one) => one.kind !== ReflectionKind.Reference && !isDocumented(one))
  .map((one) => one.getFullName());
if (bare.length > 0) throw new Error(`Exported without a docstring: ${bare.join(', ')}`);
await app.generateOutputs(project);
if (app.logger.hasErrors()) throw new Error('TypeDoc failed; see above.');
writeFileSync(resolve(OUT, 'elements.md'), elementsPage());

function isDocumented(one) {
  return one.hasComment() || (one.signatures ?? []).some((signature) => signature.hasComment());
}

/** One section a published element: attributes, properties, events, slots, parts, custom properties. */
function elementsPage() {
  const { modules } = JSON.parse(readFileSync(resolve(ROOT, 'dist/custom-elements.json'), 'utf8'));
  const entry = modules.find(({ path }) => path === 'components/element.ts');
  const published = new Set(entry.exports.map(({ name }) => name)).add('UpwindControlPanel');
  const elements = modules
    .flatMap(({ declarations = [] }) => declarations)
    .filter(({ tagName, name }) => tagName && published.has(name))
    .sort((a, b) => a.tagName.localeCompare(b.tagName));
  const cell = (text = '') => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
  const table = (title, rows) =>
    rows.length === 0
      ? ''
      : `\n| ${title} | |\n|---|---|\n${rows.map(([name, text]) => `| \`${cell(name)}\` | ${cell(text)} |`).join('\n')}\n`;
  const described = (list = []) =>
    list
      .filter(({ name, description }) => name !== undefined && description)
      .map((one) => [one.name || '(default)', one.description]);
  const members = (element, kind) =>
    described(
      (element.members ?? []).filter((one) => one.kind === kind && !one.privacy && !one.attribute),
    );
  const sections = elements.map(
    (element) =>
      `## \`<${element.tagName}>\`\n\n${element.summary ?? ''}\n\n${element.description ?? ''}\n` +
      table('attribute', described(element.attributes)) +
      table('property', members(element, 'field')) +
      table('method', members(element, 'method')) +
      table('event', described(element.events)) +
      table('slot', described(element.slots)) +
      table('part', described(element.cssParts)) +
      table('custom property', described(element.cssProperties)),
  );
  return `# Elements\n\nMade from their docstrings by \`npm run docs\`. An attribute is a property of the same name, in camel case.\n\n${sections.join('\n')}`;
}
