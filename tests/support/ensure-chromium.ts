import { ensureChromium } from './browser.ts';

// Before any test: its software WebGPU adapter serves tests in Node as well, which skip without it.
process.stderr.write(`Chromium for the tests: ${ensureChromium()}\n`);
