// TypeScript rewrites `./x.ts` to `./x.js` on emit, but not in `import()` inside a class whose
// decorators it compiles: this does the rest in dist.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

for (const path of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
  if (!path.endsWith('.js')) continue;
  const file = join('dist', path);
  const code = readFileSync(file, 'utf8');
  const rewritten = code.replaceAll(/\bimport\('(\.[^']+)\.ts'\)/g, "import('$1.js')");
  if (rewritten !== code) writeFileSync(file, rewritten);
}
