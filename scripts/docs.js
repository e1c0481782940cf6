// npm run docs: the API reference from docstrings, and the elements from their manifest.
// Written to dist/docs, which is packed with the library.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Application, OptionDefaults } from 'typedoc';

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
await app.generateOutputs(project);
if (app.logger.hasErrors()) throw new Error('TypeDoc failed; see above.');
writeFileSync(resolve(OUT, 'elements.md'), elementsPage());

/** One section an element: attributes, properties, events, slots, parts, custom properties. */
function elementsPage() {
  const manifest = JSON.parse(readFileSync(resolve(ROOT, 'dist/custom-elements.json'), 'utf8'));
  const elements = manifest.modules
    .flatMap(({ declarations = [] }) => declarations)
    .filter(({ tagName }) => tagName)
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
  const sections = elements.map(
    (element) =>
      `## \`<${element.tagName}>\`\n\n${element.summary ?? ''}\n\n${element.description ?? ''}\n` +
      table('attribute', described(element.attributes)) +
      table(
        'property',
        described(
          (element.members ?? []).filter(
            ({ kind, privacy, attribute }) => kind === 'field' && !privacy && !attribute,
          ),
        ),
      ) +
      table('event', described(element.events)) +
      table('slot', described(element.slots)) +
      table('part', described(element.cssParts)) +
      table('custom property', described(element.cssProperties)),
  );
  return `# Elements\n\nMade from their docstrings by \`npm run docs\`.\n\n${sections.join('\n')}`;
}
