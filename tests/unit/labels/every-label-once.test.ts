import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXPORT_FORMATS } from '../../../src/labels/archives/export-format.ts';
import type { ExportFormat } from '../../../src/labels/archives/export-format.ts';
import { exportLabels } from '../../../src/labels/archives/export-labels.ts';
import type { LabelArchive } from '../../../src/labels/archives/export-labels.ts';
import { importLabels } from '../../../src/labels/archives/import-labels.ts';
import { LabelBook } from '../../../src/labels/label-book.ts';
import { LABEL_CHOICES } from '../../../src/labels/label.ts';
import type { LabelChoice } from '../../../src/labels/label.ts';
import { openLabelStore } from '../../../src/platform/browser/label-db.ts';
import { AT, tickingClock, tileOf } from '../../support/labels.ts';

/** What a person may do, in any order. */
type Step =
  | { do: 'label'; tile: number; choice: LabelChoice }
  | { do: 'note'; tile: number; text: string }
  | { do: 'remove'; tile: number }
  | { do: 'undo' | 'redo' | 'crash' | 'import' | 'clear' }
  | { do: 'export'; format: ExportFormat };

const tile = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('label' as const),
      tile,
      choice: fc.constantFrom(...LABEL_CHOICES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('note' as const),
      tile,
      text: fc.string({ maxLength: 20, unit: 'grapheme' }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), tile }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'undo' as const,
        'redo' as const,
        'crash' as const,
        'import' as const,
        'clear' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('export' as const),
      format: fc.constantFrom(...EXPORT_FORMATS),
    }),
  },
);

/** The plainest thing that could be right: a map of what each tile says, and stacks of its past. */
class Model {
  said = new Map<number, string>();
  done: Map<number, string>[] = [];
  undone: Map<number, string>[] = [];
  exported = new Map<number, string>();
  change(next: Map<number, string>): void {
    this.done.push(this.said);
    this.undone = [];
    this.said = next;
  }
}
const words = (choice: string, note: string) => JSON.stringify([choice, note]);
const choiceIn = (said: string) => (JSON.parse(said) as [string, string])[0];
const noteIn = (said: string) => (JSON.parse(said) as [string, string])[1];

let runs = 0;
test('any sequence of label, note, undo, export, import and crash keeps every label exactly once', async () => {
  const tiles = await Promise.all(
    [0, 1, 2, 3, 4, 5].map((seed) => tileOf({ seed, siteId: `${seed % 2},0` })),
  );
  const indexOf = new Map(tiles.map(({ draft }, i) => [draft.id, i]));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const name = `every-label-${++runs}`;
      const now = tickingClock();
      let store = await openLabelStore(name);
      let book = new LabelBook(store, now);
      let archive: LabelArchive | null = null;
      const model = new Model();
      for (const act of steps) {
        const said = new Map(model.said);
        if (act.do === 'label') {
          await book.label([tiles[act.tile]!], { label: act.choice, by: 'Ann' });
          const before = said.get(act.tile);
          model.change(said.set(act.tile, words(act.choice, before ? noteIn(before) : '')));
        } else if (act.do === 'note' || act.do === 'remove') {
          const before = said.get(act.tile);
          const id = tiles[act.tile]!.draft.id;
          if (act.do === 'note') await book.note(id, act.text, 'Ann');
          else await book.remove([id]);
          if (before === undefined) continue;
          if (act.do === 'note') said.set(act.tile, words(choiceIn(before), act.text));
          else said.delete(act.tile);
          model.change(said);
        } else if (act.do === 'undo' && (await book.undo())) {
          model.undone.push(model.said);
          model.said = model.done.pop()!;
        } else if (act.do === 'redo' && (await book.redo())) {
          model.done.push(model.said);
          model.said = model.undone.pop()!;
        } else if (act.do === 'crash') {
          // The tab is gone: what was written is there, what undo remembered is not.
          store.close();
          store = await openLabelStore(name);
          book = new LabelBook(store, now);
          [model.done, model.undone] = [[], []];
        } else if (act.do === 'clear') {
          await store.clear();
          book = new LabelBook(store, now);
          [model.said, model.done, model.undone] = [new Map(), [], []];
        } else if (act.do === 'export' && model.said.size > 0) {
          archive = await exportLabels(store, { format: act.format, assigned: {} });
          model.exported = said;
        } else if (act.do === 'import' && archive) {
          const report = await importLabels(store, archive.file, {
            fileName: archive.fileName,
            at: AT,
          });
          expect(report.refused).toBe(0);
          book = new LabelBook(store, now);
          [model.done, model.undone] = [[], []];
          const conflicts = [...model.exported].filter(
            ([i, was]) => said.has(i) && said.get(i) !== was,
          );
          expect(report.conflicts.map(({ id }) => indexOf.get(id)).sort()).toEqual(
            conflicts.map(([i]) => i).sort(),
          );
          for (const [i, was] of model.exported) if (!said.has(i)) said.set(i, was);
          model.said = said;
        }
        const labels = await store.list();
        expect(new Set(labels.map(({ id }) => id)).size).toBe(labels.length);
        const held = labels.map(
          ({ id, label, note }) => [indexOf.get(id)!, words(label, note)] as const,
        );
        expect(new Map(held)).toEqual(model.said);
        for (const { id, history } of labels) {
          expect(history.length).toBeGreaterThan(0);
          expect(await store.pixels(id)).toEqual(tiles[indexOf.get(id)!]!.png);
        }
      }
      store.close();
    }),
    { numRuns: 60 },
  );
});
