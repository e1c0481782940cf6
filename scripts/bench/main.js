// `npm run bench -- <name> [flags]`: runs scripts/bench/<name>.ts.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const benches = readdirSync(here)
  .filter((name) => name.endsWith('.ts') && !name.startsWith('_'))
  .map((name) => name.slice(0, -3));
const [name, ...flags] = process.argv.slice(2);
if (!name || !benches.includes(name)) {
  console.error(`Say which: npm run bench -- ${benches.join(' | ')} [--json]`);
  process.exit(2);
}
const run = spawnSync('npx', ['tsx', `${here}${name}.ts`, ...flags], { stdio: 'inherit' });
process.exit(run.status ?? 1);
