import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, ConsoleMessage, Page } from 'playwright-core';

/** Where Debian, Ubuntu and others put a Chromium, best first. */
const KNOWN_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Chromium that is already here: `CHROMIUM_PATH`, the system's, or playwright's cache. */
export function findChromium(): string | null {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) {
    if (!existsSync(asked)) throw new Error(`CHROMIUM_PATH is ${asked}, which does not exist.`);
    return asked;
  }
  const cached = chromium.executablePath();
  return [...KNOWN_PATHS, cached].find((path) => path && existsSync(path)) ?? null;
}

/** Installs one: the distribution's for root on Debian (small, with its libraries), else playwright's. */
function installChromium(): void {
  const run = (command: string, args: string[]) => {
    process.stderr.write(`No Chromium found; installing one: ${command} ${args.join(' ')}\n`);
    execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 600_000 });
  };
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    try {
      run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
    } catch {
      run('apt-get', ['update']);
      run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
    }
    if (findChromium()) return;
  }
  run('npx', ['playwright-core', 'install', '--with-deps', 'chromium']);
}

/** Path of a Chromium, installing it first where there is none. */
export function ensureChromium(): string {
  let path = findChromium();
  if (!path) {
    installChromium();
    path = findChromium();
  }
  if (!path) {
    throw new Error('No Chromium and none could be installed. Set CHROMIUM_PATH to one.');
  }
  return path;
}

export interface LaunchOptions {
  /** WebGPU through SwiftShader where there is no GPU; default true. */
  webgpu?: boolean;
  /** WebGL through SwiftShader, which MapLibre needs; default false: maps say that they cannot be drawn. */
  webgl?: boolean;
  /** Further command line flags. */
  args?: string[];
}

/**
 * Features that cost each window a second of processor time and show nothing here: the address bar's
 * list as a page of its own. Chromium heeds the last list alone, so those of Playwright are named again
 * that keep it from asking the network, or that tests would notice.
 */
const FEATURES_OFF = [
  ...['WebUIOmniboxPopup', 'WebUIOmniboxFullPopup', 'WebUIOmniboxAimPopup'],
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
  ...['HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter', 'PaintHolding'],
  ...['ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'OptimizationHints'],
  ...['NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
];

/** How long a page may take to do what it was asked [ms]. */
const PATIENCE_MS = 240_000;

/** A headless Chromium for tests. Close it in `afterAll`. */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const { webgpu = true, webgl = false, args = [] } = options;
  const browser = await chromium.launch({
    executablePath: ensureChromium(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      `--disable-features=${FEATURES_OFF.join()}`,
      ...(webgpu ? ['--enable-unsafe-webgpu'] : []),
      ...(webgl ? ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'] : []),
      // Chromium would draw in software unasked.
      ...(webgl || webgpu ? [] : ['--disable-3d-apis']),
      ...args,
    ],
  });
  // A busy two-core machine takes its time; no test asserts speed. `newPage` comes through here too.
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    // Keeping the app for offline use would fetch all of it in every test; what glides would be drawn
    // in software again and again, and pressed or measured half way.
    const calm = { serviceWorkers: 'block', reducedMotion: 'reduce' } as const;
    const context = await newContext({ ...calm, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  };
  return browser;
}

/**
 * Collects what a page complains about: uncaught errors and console errors. A test ends with
 * `expect(complaints).toEqual([])`.
 */
export function watchPage(page: Page, ignore: RegExp[] = []): string[] {
  const complaints: string[] = [];
  const add = (text: string) => {
    if (!ignore.some((pattern) => pattern.test(text))) complaints.push(text);
  };
  page.on('pageerror', (error) => add(`uncaught: ${error.stack ?? error.message}`));
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error') add(`console: ${message.text()} (${message.location().url})`);
  });
  return complaints;
}
