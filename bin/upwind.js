#!/usr/bin/env node
import { runCommandLine } from '../dist/src/cli/main.js';

process.exitCode = await runCommandLine(process.argv);
