/**
 * The page by itself in Chromium: its bundle, the host's document with the same policy, the theme's variables, and a
 * stand-in for VS Code's side of the line.
 */
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { RecordDetails } from '../../../../src/trace/model.ts';
import type { FromPage, ToPage } from '../../../../src/webview/messages.ts';
import { launchChromium } from '../../support/chromium.ts';
import { ensureFolder, projectFolder, screenshotFolder } from '../../support/folders.ts';
import { type ThemeName, themes } from './themes.ts';
import type { Wire } from './wire.ts';

const origin = 'http://page.test';
const nonce = 'dGltZWxpbmU';

/** As the host writes it. */
const policy = [
  `default-src 'none'`,
  `script-src 'nonce-${nonce}'`,
  `style-src ${origin} 'nonce-${nonce}'`,
  `font-src ${origin}`,
  `img-src ${origin} data:`,
].join('; ');

/** What runs before the page's script: the other end of the line, and ears for what the policy refuses. */
const standIn = `
  const api = { posted: [], violations: [], state: window.savedState };
  window.harness = api;
  document.addEventListener('securitypolicyviolation', (event) => {
    api.violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample);
  });
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => {
      api.posted.push(message);
      if (message.type !== 'details') return;
      const { request } = message;
      window.detailsOf(message.seq).then(
        (details) => window.postMessage({ type: 'details', request, details: details ?? undefined }, '*'),
        (error) => window.postMessage({ type: 'failure', request, message: error.message }, '*'));
    },
    getState: () => api.state,
    setState: (state) => { api.state = state; },
  });
`;

function documentText(theme: ThemeName): string {
  const { kind, variables } = themes[theme];
  const declarations = Object.entries(variables)
    .map(([name, value]) => `--vscode-${name}: ${value};`)
    .join('\n');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MQTT Sessions</title>
<style nonce="${nonce}">:root { ${declarations} }</style>
<link rel="stylesheet" href="${origin}/webview.css">
</head>
<body class="${kind}" data-vscode-theme-kind="${kind}">
<div id="app"></div>
<script nonce="${nonce}">${standIn}</script>
<script nonce="${nonce}" src="${origin}/webview.js"></script>
</body>
</html>`;
}

/** The text that is shown in an element, its pieces set apart by spaces. */
export function textOf(locator: Locator): Promise<string> {
  return locator.evaluate((element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const pieces: string[] = [];
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const isHidden = node.parentElement?.closest('[hidden]') !== null;
      const piece = node.textContent?.trim() ?? '';
      if (!isHidden && piece !== '') pieces.push(piece);
    }
    return pieces.join(' ');
  });
}

export interface Bundle {
  readonly script: string;
  readonly styles: string;
}

/** The page's bundle, as it is packaged. */
export async function buildPage(folder: string): Promise<Bundle> {
  const built = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: ['src/webview/main.ts'],
    outfile: join('test-output', 'page', 'webview.js'),
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
    write: false,
    logLevel: 'warning',
  });
  const text = (ending: string): string =>
    built.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { script: text('.js'), styles: text('.css') };
}

export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly size?: { readonly width: number; readonly height: number };
  /** Device pixels for each CSS pixel. */
  readonly scale?: number;
  readonly reducedMotion?: boolean;
  /** What the page had saved. */
  readonly saved?: unknown;
}

interface HarnessWindow {
  readonly harness: {
    readonly posted: readonly FromPage[];
    readonly violations: readonly string[];
    state: unknown;
  };
}

/** What the host answers; tests change it. */
interface Answers {
  details: (seq: number) => RecordDetails | undefined;
}

/** The page under test, and what it did. */
export class TimelinePage {
  readonly page: Page;
  /** Errors that the page threw or wrote to the console. */
  readonly errors: string[];

  readonly #answers: Answers;

  constructor(page: Page, errors: string[], answers: Answers) {
    this.page = page;
    this.errors = errors;
    this.#answers = answers;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  /** From here on, the trace holds no record any more. */
  forgetDetails(): void {
    this.#answers.details = () => undefined;
  }

  /** From here on, the host cannot read records. */
  failDetails(message: string): void {
    this.#answers.details = () => {
      throw new Error(message);
    };
  }

  async send(...messages: readonly ToPage[]): Promise<void> {
    for (const message of messages) {
      await this.page.evaluate((each) => window.postMessage(each, '*'), message);
    }
    await this.settle();
  }

  /** The row of a record in the list. */
  row(seq: number): Locator {
    return this.page.locator('.packet-row', {
      has: this.page.locator('.cell.number', { hasText: new RegExp(`^${seq}$`) }),
    });
  }

  /** Sends the state, and all that has happened on the wire. */
  async show(wire: Wire): Promise<void> {
    await this.send({ type: 'state', state: wire.state() }, wire.changes());
  }

  /** Waits until the page has drawn what it knows. */
  async settle(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((done) => {
          requestAnimationFrame(() => requestAnimationFrame(() => done()));
        }),
    );
  }

  posted(): Promise<readonly FromPage[]> {
    return this.page.evaluate(() => (window as unknown as HarnessWindow).harness.posted);
  }

  /** What the content security policy refused. */
  violations(): Promise<readonly string[]> {
    return this.page.evaluate(() => (window as unknown as HarnessWindow).harness.violations);
  }

  saved(): Promise<unknown> {
    return this.page.evaluate(() => (window as unknown as HarnessWindow).harness.state);
  }

  /** Changes the theme as VS Code does: the variables on the root, the kind on the body. */
  async setTheme(theme: ThemeName): Promise<void> {
    await this.page.evaluate(({ kind, variables }) => {
      for (const [name, value] of Object.entries(variables)) {
        document.documentElement.style.setProperty(`--vscode-${name}`, value);
      }
      document.body.className = kind;
      document.body.dataset['vscodeThemeKind'] = kind;
    }, themes[theme]);
    await this.settle();
  }

  async screenshot(name: string): Promise<void> {
    await this.settle();
    await this.page.screenshot({ path: join(ensureFolder(join(screenshotFolder, 'page')), `${name}.png`) });
  }
}

export class PageHarness {
  readonly #browser: Browser;
  readonly #bundle: Bundle;

  private constructor(browser: Browser, bundle: Bundle) {
    this.#browser = browser;
    this.#bundle = bundle;
  }

  static async start(folder = projectFolder): Promise<PageHarness> {
    const [browser, bundle] = await Promise.all([launchChromium(), buildPage(folder)]);
    return new PageHarness(browser, bundle);
  }

  stop(): Promise<void> {
    return this.#browser.close();
  }

  async open(wire: Wire | undefined, options: OpenOptions = {}): Promise<TimelinePage> {
    const {
      theme = 'dark',
      size = { width: 1280, height: 800 },
      scale = 1,
      reducedMotion = false,
      saved,
    } = options;
    const contextOptions: BrowserContextOptions = {
      viewport: size,
      deviceScaleFactor: scale,
      locale: 'en',
      timezoneId: 'UTC',
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
    };
    const context = await this.#browser.newContext(contextOptions);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    const answers: Answers = { details: (seq) => wire?.details(seq) };
    await page.exposeFunction('detailsOf', (seq: number) => answers.details(seq));
    await page.route(`${origin}/**`, (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === '/webview.js')
        return route.fulfill({ contentType: 'text/javascript', body: this.#bundle.script });
      if (path === '/webview.css')
        return route.fulfill({ contentType: 'text/css', body: this.#bundle.styles });
      if (path === '/') return route.fulfill({ contentType: 'text/html', body: documentText(theme) });
      return route.fulfill({ status: 204 });
    });
    if (saved !== undefined) {
      await page.addInitScript((state) => {
        Object.defineProperty(window, 'savedState', { value: state });
      }, saved);
    }
    await page.goto(`${origin}/`);
    const timeline = new TimelinePage(page, errors, answers);
    await timeline.settle();
    return timeline;
  }
}
