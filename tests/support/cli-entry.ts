import { runCommandLine } from '../../src/cli/main.ts';

// `bin/upwind.js` from the sources, so that a test needs no build.
process.exitCode = await runCommandLine(process.argv);
