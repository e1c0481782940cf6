import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { exportLabels } from '../../src/labels/archives/export-labels.ts';
import type { LabelRecord } from '../../src/labels/label.ts';
import { MemoryLabelStore } from '../../src/labels/memory-label-store.ts';
import { BOARD_PAGE } from '../support/board-page.ts';
import { launchChromium, watchPage } from '../support/browser.ts';
import { entryOf } from '../support/labels.ts';
import { serveVite } from '../support/serve-vite.ts';
import type { ServedVite } from '../support/serve-vite.ts';

// What the page puts on its window; the browser types nothing.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
declare const window: any;

let browser: Browser;
let served: ServedVite;
let page: Page;
let complaints: string[];
beforeAll(async () => {
  served = await serveVite({ pages: { '/board.html': BOARD_PAGE } });
  browser = await launchChromium({ webgpu: false });
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.context().close();
});

async function open(
  prepare: (page: Page) => Promise<unknown> = async () => {},
  board: { waits?: boolean } = {},
): Promise<void> {
  page = await browser.newPage({ viewport: { width: 460, height: 1200 } });
  complaints = watchPage(page);
  await prepare(page);
  await page.goto(`${served.url}/board.html`);
  await page.waitForFunction(() => window.ready);
  await page.evaluate((board) => window.begin(board), board);
}
const stored = (): Promise<LabelRecord[]> => page.evaluate(() => window.stored());
const shown = () => page.locator('upwind-label-gallery [role=status]').textContent();
const eventually = <T>(read: () => T) => expect.poll(read);
const TOKEN = `hf_${'secret'.repeat(6)}`;
/** Whether leaving the page now would ask. */
const asksToStay = () =>
  page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));

describe('the queue', () => {
  test('the model stands beside and answers nothing; a second look hides it, and is compared', async () => {
    await open();
    const queue = page.locator('upwind-label-queue');
    const pressed = queue.locator('.choice[aria-pressed=true]');
    await queue.locator('.opinion').waitFor();
    expect(await pressed.count()).toBe(0);
    await page.keyboard.press('Enter');
    expect(await stored()).toHaveLength(13);

    // Only where the person turned it on is the model's answer at hand.
    await queue.getByRole('checkbox', { name: /Preselect/ }).check();
    await eventually(() => pressed.getAttribute('title')).toBe('Built-up or wooded');
    await queue.locator('section').focus();
    await page.keyboard.press('Enter');
    await eventually(async () => (await stored()).length).toBe(14);
    for (const [i, key] of ['c', '?', 'x'].entries()) {
      await page.keyboard.press(key);
      await eventually(async () => (await stored()).length).toBe(15 + i);
    }

    await queue.getByText('your answer is hidden').waitFor();
    await queue.getByText('Hidden for the second look.').waitFor();
    expect(await pressed.count()).toBe(0);
    expect(await queue.locator('.opinion').count()).toBe(0);
    const before = await stored();
    const id = await queue
      .locator('upwind-label-picture')
      .evaluate((picture) => (picture as HTMLElementTagNameMap['upwind-label-picture']).labelId);
    await queue.locator('section').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('d');
    await queue.getByText(/Agreement with yourself/).waitFor();
    const repeat = expect.objectContaining({ change: 'repeat', label: 'D' });
    // Of all labels one alone changed, and that by one line of its history.
    await eventually(stored).toEqual(
      before.map((was) => (was.id === id ? { ...was, history: [...was.history, repeat] } : was)),
    );
  });
});

test('a tile on which two checkpoints disagree comes before those on which they agree', async () => {
  await open(undefined, { waits: false });
  const queue = page.locator('upwind-label-queue');
  const asked = () =>
    queue.evaluate(
      (element: HTMLElement) => /Tile (\S+) of/.exec(element.shadowRoot!.textContent!)?.[1],
    );
  const read = (sha256: string, says: object = {}): Promise<string[]> =>
    page.evaluate((checkpoint) => window.read(checkpoint), { sha256, says });
  const tiles = await read('a'.repeat(64));
  // The second look that was all there was until now.
  await queue.getByText('7 to go').waitFor();
  await page.keyboard.press('s');
  const first = await eventually(asked).toBeOneOf(tiles).then(asked);
  const [mild, strong] = tiles.filter((id) => id !== first) as [string, string];

  // Another checkpoint is as sure of everything, and says otherwise of two tiles.
  await read('b'.repeat(64), {
    [mild]: { B: 0.76, C: 0.2, D: 0.04 },
    [strong]: { B: 0.02, C: 0.03, D: 0.95 },
  });
  // The tile that is looked at stays: a key on its way is about that one.
  await queue.getByText('Earlier checkpoint: B 90').waitFor();
  expect(await asked()).toBe(first);
  await page.keyboard.press('s');
  await eventually(asked).toBe(strong);
  await queue.getByText('Two checkpoints disagree').waitFor();
  await page.keyboard.press('d');
  await eventually(asked).toBe(mild);
  await page.keyboard.press('b');
  await eventually(asked).not.toBe(mild);
  await eventually(() => queue.getByText('Two checkpoints disagree').count()).toBe(0);
});

test('a note goes to the tile that it was typed for, though the pointer crosses others', async () => {
  await open(undefined, { waits: false });
  const tiles: string[] = await page.evaluate((checkpoint) => window.read(checkpoint), {
    sha256: 'a'.repeat(64),
    says: {},
  });
  const [one, other] = tiles as [string, string];
  await page.evaluate(
    async (tiles) => {
      const card = document.createElement('upwind-tile-label') as HTMLElement & {
        session: unknown;
      };
      card.session = window.board.session;
      document.body.prepend(card);
      await window.labels.labelTiles(tiles, 'C');
      window.board.session.select({ tileId: tiles[0] });
    },
    tiles.slice(0, 2),
  );
  const point = (hotTileId: string | null) =>
    page.evaluate((hotTileId) => window.board.session.select({ hotTileId }), hotTileId);
  const field = page.locator('upwind-tile-label').getByRole('textbox', { name: 'Note' });
  await field.focus();
  await page.keyboard.type('barn');
  await point(other);
  await eventually(() => field.inputValue()).toBe('');
  const noteOf = async (tileId: string) => {
    const { id } = await page.evaluate((tileId) => window.labels.labelOfTile(tileId), tileId);
    return (await stored()).find((label) => label.id === id)?.note;
  };
  await eventually(() => noteOf(one)).toBe('barn');
  await point(null);
  await eventually(() => field.inputValue()).toBe('barn');
  expect(await noteOf(other)).toBe('');
});

describe('a window that keeps nothing', () => {
  test('says so before a label is trusted to it, and asks before it is left', async () => {
    await open((page) =>
      page.addInitScript(() => {
        Object.defineProperty(IDBFactory.prototype, 'open', {
          value: () => {
            throw new DOMException('blocked', 'SecurityError');
          },
        });
      }),
    );
    await page.getByRole('alert').getByText('They live in this tab only').waitFor();
    expect(await asksToStay()).toBe(false);
    const store = new MemoryLabelStore();
    await store.putMany([await entryOf({ seed: 1 }, 'B')]);
    await bringIn(store);
    await page.getByText('1 added').waitFor();
    await eventually(asksToStay).toBe(true);
  });

  test('one that keeps them shows the room there is, asks the browser to keep them, and lets go', async () => {
    await open((page) =>
      page.addInitScript(() => {
        // Whether it promises is the browser's own affair.
        let asked = false;
        StorageManager.prototype.persist = () => Promise.resolve((asked = true));
        StorageManager.prototype.persisted = () => Promise.resolve(asked);
      }),
    );
    await page.getByText('Storage', { exact: true }).click();
    const storage = page.locator('upwind-labels .storage');
    await storage.getByText(/[\d.]+ [kMG]B of about [\d.]+ [kMGT]B used\./).waitFor();
    await storage.getByRole('button', { name: 'Ask it to keep them' }).waitFor();
    const queue = page.locator('upwind-label-queue');
    await queue.getByText('0 this visit').waitFor();
    await page.keyboard.press('b');
    await eventually(async () => (await stored()).length).toBe(14);
    await page.getByRole('heading', { name: '14 labels' }).waitFor();
    await queue.getByText('1 this visit').waitFor();
    await storage.getByText('The browser promised to keep these labels.').waitFor();
    // Three keys in one breath, the first answer still on its way: undo is of the last of them.
    const known = await stored();
    const first = await queue
      .locator('upwind-label-picture')
      .evaluate((picture) => (picture as HTMLElementTagNameMap['upwind-label-picture']).labelId);
    await page.evaluate(() => {
      for (const [key, ctrlKey] of [
        ['b', false],
        ['c', false],
        ['z', true],
      ] as const) {
        document.body.dispatchEvent(
          new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true }),
        );
      }
    });
    await queue.getByText('3 this visit').waitFor();
    const said = (labels: LabelRecord[]) => labels.map(({ id, label }) => `${id} ${label}`).sort();
    await eventually(async () => said(await stored())).toEqual(
      [...said(known), `${first} B`].sort(),
    );
    expect(await asksToStay()).toBe(false);
  });
});

/** Imports the labels of a store through the file field. */
async function bringIn(store: MemoryLabelStore): Promise<void> {
  const { file, fileName } = await exportLabels(store, { format: 'parquet', assigned: {} });
  const buffer = Buffer.from(await file.arrayBuffer());
  await page.getByRole('tab', { name: 'Export & import' }).click();
  await page
    .locator('upwind-label-share input[type=file]')
    .setInputFiles({ name: fileName, mimeType: '', buffer });
}

describe('files and others', () => {
  test('what an archive says otherwise is listed; a person keeps the one word or takes the other', async () => {
    await open();
    const theirs = new MemoryLabelStore();
    await theirs.putMany([
      await entryOf({ seed: 0, siteId: '1,1', lng: 20 }, 'C', { label: 'D', note: 'a pond' }),
      await entryOf({ seed: 1, siteId: '2,2', lng: 21 }, 'D'),
      await entryOf({ seed: 2, siteId: '3,3', lng: 22 }, 'B'),
    ]);
    await page.getByRole('heading', { name: '13 labels' }).waitFor();
    const before = await stored();
    await bringIn(theirs);
    const share = page.locator('upwind-label-share');
    await share.getByText('0 added, 1 here already, 0 left out.').waitFor();
    await share.getByRole('heading', { name: 'Different answers (2)' }).waitFor();
    expect(await stored()).toEqual(before);

    const pond = share.locator('.conflicts li', {
      hasText: 'You say B, the archive says D (“a pond”)',
    });
    await pond.getByRole('button', { name: 'Take theirs' }).click();
    await share.getByRole('heading', { name: 'Different answers (1)' }).waitFor();
    await share.getByRole('button', { name: 'Keep mine', exact: true }).click();
    await eventually(() => share.locator('.conflicts').count()).toBe(0);
    const events = (labels: LabelRecord[]) =>
      labels.map(({ history }) =>
        history.map(({ change, label, by }) => `${change} ${label} ${by}`),
      );
    const was = events(before);
    const told = async () =>
      events(await stored())
        .filter((one, i) => one.length !== was[i]!.length)
        .sort();
    await eventually(told).toEqual([
      ['label B Ann', 'label D Bo'],
      ['label C Ann', 'kept C Ann'],
    ]);

    // What was settled is not asked again; undone, it is open again.
    await bringIn(theirs);
    await share.getByText('0 added, 3 here already, 0 left out.').waitFor();
    expect(await share.locator('.conflicts').count()).toBe(0);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await share.getByRole('heading', { name: 'Different answers (2)' }).waitFor();
    await share.getByRole('button', { name: 'Keep mine in all 2' }).click();
    await eventually(() => share.locator('.conflicts').count()).toBe(0);
    await eventually(async () => (await stored()).map(({ label, note }) => [label, note])).toEqual(
      before.map(({ label, note }) => [label, note]),
    );
  });

  test('a token is forgotten with the visit unless this device is asked to keep it', async () => {
    const source = new MemoryLabelStore();
    await source.putMany([await entryOf({ seed: 40 }, 'B')]);
    const { file } = await exportLabels(source, { format: 'parquet', assigned: {} });
    const body = Buffer.from(await file.arrayBuffer());
    const tokens = new Set<string | undefined>();
    await open(async (page) => {
      await page.route('https://huggingface.co/**', (route) => {
        tokens.add(route.request().headers().authorization);
        const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
        if (route.request().method() === 'OPTIONS') return route.fulfill({ headers });
        return route.request().url().includes('/resolve/')
          ? route.fulfill({ headers, body })
          : route.fulfill({
              headers,
              json: [{ type: 'file', path: 'data/train.parquet', size: body.length, oid: 'a' }],
            });
      });
    });
    await page.getByRole('tab', { name: 'Export & import' }).click();
    const share = page.locator('upwind-label-share');
    await share.getByText('Hugging Face dataset').click();
    await share.getByLabel('Dataset', { exact: true }).fill('ann/roughness');
    await share.getByLabel(/^Token/).fill(TOKEN);
    const kept = () =>
      page.evaluate(() =>
        JSON.stringify({ ...localStorage, ...sessionStorage, c: document.cookie }),
      );
    const pull = async (outcome: string) => {
      await share.getByRole('button', { name: 'Bring in' }).click();
      await share.getByText(outcome).waitFor();
    };
    await pull('1 added, 0 here already');
    expect(tokens).toContain(`Bearer ${TOKEN}`);
    expect(await kept()).not.toContain(TOKEN);
    await share.getByLabel('Keep the token on this device').check();
    await pull('0 added, 1 here already');
    await eventually(kept).toContain(TOKEN);
    await share.getByLabel('Keep the token on this device').uncheck();
    await eventually(kept).not.toContain(TOKEN);
  });
});

describe('the gallery', () => {
  test('by class, split, site, source and likeness; balance; fixed and deleted by key, and back', async () => {
    await open();
    await page.getByRole('tab', { name: 'Gallery' }).click();
    const gallery = page.locator('upwind-label-gallery');
    await eventually(shown).toBe('13 of 13 shown');
    expect(await page.getByRole('list', { name: 'Labels per class' }).innerText()).toMatch(
      /B: 6\s+C: 6\s+D: 1/,
    );
    const filter = async (name: string, value: string, count: number) => {
      await gallery.getByRole('combobox', { name, exact: true }).selectOption(value);
      await eventually(shown).toBe(`${count} of 13 shown`);
    };
    await filter('Class', 'C', 6);
    await filter('Class', '', 13);
    await filter('Site', '2,2', 5);
    await filter('Site', '', 13);
    await filter('Imagery', 'esri', 1);
    await gallery.locator('.cell').click();
    await gallery.getByText('Stays on this device: No dataset export.').waitFor();
    await gallery.getByRole('button', { name: 'Close the label' }).click();
    await filter('Imagery', '', 13);
    const split = gallery.getByRole('combobox', { name: 'Split' });
    const count = async () => Number.parseInt((await shown())!);
    await split.selectOption('train');
    await eventually(shown).not.toBe('13 of 13 shown');
    const train = await count();
    await split.selectOption('validation');
    await eventually(count).toBe(13 - train);
    await filter('Split', '', 13);
    await gallery.getByLabel('Near-duplicates only (2)').check();
    await eventually(shown).toBe('2 of 13 shown');
    await gallery.getByLabel('Near-duplicates only (2)').uncheck();

    // Where they lie, and from there to a site's own.
    await gallery.getByText('Where the labels lie').click();
    await gallery
      .getByRole('img', { name: /13 labelled tiles.*: 2,2: 5; 1,1: 4; 3,3: 4/ })
      .waitFor();
    await gallery.getByRole('button', { name: 'Show site 3,3' }).click();
    await eventually(shown).toBe('4 of 13 shown');

    const before = await stored();
    await gallery.getByRole('listbox').focus();
    await page.keyboard.press('x');
    await eventually(
      async () => (await stored()).filter(({ label }) => label === 'unusable').length,
    ).toBe(1);
    await page.keyboard.press('Delete');
    await eventually(async () => (await stored()).length).toBe(12);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await eventually(async () => (await stored()).map(({ label }) => label)).toEqual(
      before.map(({ label }) => label),
    );
  });
});
