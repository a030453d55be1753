/** A real Chromium, without a window, in which a file is opened. */
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { neededBinary } from './needed-binary.ts';

export const chromiumBinary = neededBinary({
  name: 'chromium',
  variable: 'CUTOVER_CHROMIUM_BIN',
  debianPackage: 'chromium',
});

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchBrowser(): Promise<Browser> {
  if (chromiumBinary === null) throw new Error('there is no chromium: skip these tests');
  // Chromium refuses to run in its sandbox as root, who runs tests in containers.
  const args = process.getuid?.() === 0 ? [...quiet, '--no-sandbox'] : quiet;
  return chromium.launch({ executablePath: chromiumBinary, args });
}

export interface View {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

export interface Opened {
  readonly page: Page;
  /** What the browser had to say: messages on the console, errors of scripts, dialogs. */
  readonly said: readonly string[];
  /** Every URL that it asked for. */
  readonly requested: readonly string[];
}

/** Opens a file as a person would, and notes all that it does. Closes with the browser. */
export async function openFile(browser: Browser, file: string, { width, colorScheme }: View): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const said: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('dialog', (dialog) => {
    said.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => requested.push(request.url()));
  page.on('requestfailed', (request) => {
    // Forbidden by the page itself, and never sent.
    if (request.failure()?.errorText === 'csp') requested.splice(requested.indexOf(request.url()), 1);
  });
  await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
  return { page, said, requested };
}
