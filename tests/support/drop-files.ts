import type { Locator, Page } from 'playwright-core';

/** Drags files of this device over the page and lets them go on an element, as a person's hand does. */
export async function dropFiles(page: Page, on: Locator, files: string[]): Promise<void> {
  await on.scrollIntoViewIfNeeded();
  const box = (await on.boundingBox())!;
  const devtools = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devtools.send('Input.dispatchDragEvent', {
      type,
      x: box.x + box.width / 2,
      y: box.y + Math.min(20, box.height / 2),
      data: { items: [], files, dragOperationsMask: 1 },
    });
  }
  await devtools.detach();
}
