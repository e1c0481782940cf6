import { csvFormatRows, csvParseRows } from 'd3-dsv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tableRows } from '../../../src/labels/archives/table-rows.ts';

test('a table read in pieces is the table read at once, whatever its cells hold', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', '\n', '\r', ',', 'é'), maxLength: 8 });
  const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, piece) => {
      for (const text of [csvFormatRows(rows), csvFormatRows(rows) + '\n']) {
        expect(await tableRows(text, piece)).toEqual(csvParseRows(text));
      }
    }),
  );
});
