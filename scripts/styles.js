// dist/styles.css (`upwind/styles.css`): the elements' colours and type as custom properties of the
// page, so that a page's own legend looks like them and changes with them.
import { writeFileSync } from 'node:fs';
import { tokens } from '../dist/components/shared/tokens.js';

const DEFAULTS = /var\(\s*(--upwind-[\w-]+),\s*((?:[^()]|\([^()]*\))+?)\s*\)/g;
const lines = [...tokens.cssText.matchAll(DEFAULTS)].map(
  ([, name, value]) => `  ${name}: ${value.replaceAll(/\s+/g, ' ')};`,
);
if (lines.length < 10) throw new Error('No defaults found in the tokens.');
writeFileSync('dist/styles.css', `:root {\n${lines.join('\n')}\n}\n`);
