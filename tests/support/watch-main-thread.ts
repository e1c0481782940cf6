import type { Page } from 'playwright-core';

/** Module URLs that must not compute on the page's own thread: inference, and what feeds it. */
const INFERENCE = /\/src\/(vit|checkpoint|imagery|demo)\/|tensorflow|tfjs/;

/** Which code a page's main thread was seen at: an address and a function for each sample. */
export interface MainThread {
  ran: string[];
  /** Those of the model and of what feeds it. */
  inferring: string[];
}

/**
 * Watches which code the page's main thread runs, by sampling. Times would tell of the machine, which
 * may be busy and draw its maps in software; code that does not run there adds no long task, however
 * slow it is.
 */
export async function watchMainThread(page: Page): Promise<() => Promise<MainThread>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Profiler.enable');
  await devtools.send('Profiler.setSamplingInterval', { interval: 1000 });
  await devtools.send('Profiler.start');
  return async () => {
    const { profile } = await devtools.send('Profiler.stop');
    await devtools.detach();
    const names = new Map(
      profile.nodes.map(({ id, callFrame: { url, functionName } }) => [
        id,
        `${url} ${functionName}`,
      ]),
    );
    const ran = (profile.samples ?? []).map((id) => names.get(id) ?? '');
    return { ran, inferring: ran.filter((code) => INFERENCE.test(code)) };
  };
}
