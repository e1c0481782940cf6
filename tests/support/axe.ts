import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axeCore from 'axe-core';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface AxeOptions {
  /** Only below this element, a path through shadow roots; the whole page where left out. */
  within?: string[];
  /** What is not ours to mend, as selectors. */
  except?: string[];
  /** Rules that another page has to keep. */
  without?: string[];
}

/** Everything that axe objects to on the page as it stands, a line each. */
export async function axeFindings(page: Page, options: AxeOptions = {}): Promise<string[]> {
  await page.evaluate(SOURCE);
  await atRest(page);
  return page.evaluate(async ({ within, except = [], without = [] }) => {
    const { axe } = window as unknown as { axe: typeof axeCore };
    const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
    const context = {
      include: within ? { fromShadowDom: within } : document,
      exclude: except.map((selector) => [selector]),
    };
    const { violations } = await axe.run(context as axeCore.ElementContext, {
      resultTypes: ['violations'],
      rules,
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${JSON.stringify(node.target)} ${node.failureSummary}`),
    );
  }, options);
}

/** Two frames drawn and no colour on its way to another: axe would measure it half way. */
async function atRest(page: Page): Promise<void> {
  const frame = () =>
    page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => drawn(null))));
  await frame();
  await frame();
  await page.waitForFunction(() =>
    document.getAnimations().every((animation) => {
      const { iterations } = animation.effect?.getComputedTiming() ?? {};
      return iterations === Infinity || animation.playState !== 'running';
    }),
  );
}
