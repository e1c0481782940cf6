/**
 * Writes the ground truth of the built-in demo scene as a grid, for the training script:
 * one byte per cell (0 B, 1 C, 2 D), rows from north to south, beside a small JSON header.
 *
 * Usage: npx tsx scripts/model/demo-truth.ts OUT_FOLDER
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DEMO_CENTRE, DEMO_HALF_SIDE_M } from '../../src/demo/frame.ts';
import { truthAtScene } from '../../src/demo/truth.ts';

const CELL_M = 10;
const CODE = { B: 0, C: 1, D: 2 };

const out = process.argv[2];
if (!out) throw new Error('Give the folder to write to.');
const side = Math.floor((2 * DEMO_HALF_SIDE_M) / CELL_M);
const grid = new Uint8Array(side * side);
for (let row = 0; row < side; row++) {
  const y = DEMO_HALF_SIDE_M - (row + 0.5) * CELL_M;
  for (let col = 0; col < side; col++) {
    const truth = truthAtScene(-DEMO_HALF_SIDE_M + (col + 0.5) * CELL_M, y);
    grid[row * side + col] = truth ? CODE[truth] : 1;
  }
}
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, 'truth.bin'), grid);
writeFileSync(
  path.join(out, 'truth.json'),
  `${JSON.stringify({ cell_m: CELL_M, side, half_m: DEMO_HALF_SIDE_M, centre: DEMO_CENTRE })}\n`,
);
