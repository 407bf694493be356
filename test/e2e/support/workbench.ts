/**
 * A real VS Code in Chromium, as a user has it before them: the palette, the pickers, the views, the timeline page.
 */
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { ensureVscodeServer, startVscodeServer, vscodeAddress } from '../../../scripts/lib/vscode-server.mjs';
import { launchChromium } from './chromium.ts';
import { ensureFolder, projectFolder, screenshotFolder, temporaryFolder } from './folders.ts';
import { Timeline } from './timeline.ts';

export type Theme = 'light' | 'dark' | 'high-contrast';

/** What VS Code calls each theme where one chooses it, and the class that its window has then. */
const themes: Record<Theme, { readonly label: string; readonly class: string }> = {
  light: { label: 'Light Modern', class: 'vs' },
  dark: { label: 'Dark Modern', class: 'vs-dark' },
  'high-contrast': { label: 'Dark High Contrast', class: 'hc-black' },
};
/** The dark one, in which it starts, by the name that the settings of earlier versions have for it. */
const usualTheme = 'Default Dark Modern';

export interface WorkbenchOptions {
  /** The folder that VS Code opens. */
  readonly folder: string;
  readonly theme?: Theme;
  /** A CommonJS module whose `run()` is called inside the extension host. */
  readonly tests?: string;
  /** False shows VS Code in Restricted Mode. */
  readonly trust?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly size?: { readonly width: number; readonly height: number };
}

export class Workbench {
  readonly page: Page;
  /** What the page and the extension host wrote to the console. */
  readonly console: string[] = [];
  readonly #browser: Browser;
  /** What VS Code keeps, the storage of extensions among it. */
  readonly dataFolder: string;
  readonly #stopServer: () => Promise<void>;

  private constructor(page: Page, browser: Browser, dataFolder: string, stopServer: () => Promise<void>) {
    this.page = page;
    this.dataFolder = dataFolder;
    this.#browser = browser;
    this.#stopServer = stopServer;
    page.on('console', (message) => this.console.push(message.text()));
    page.on('pageerror', (error) => this.console.push(`[page error] ${error.message}`));
  }

  /** Starts VS Code's server and a browser on it, with the extension under development loaded. */
  static async open(options: WorkbenchOptions): Promise<Workbench> {
    const data = temporaryFolder('vscode');
    const server = await startVscodeServer(await ensureVscodeServer(console.log), {
      dataFolder: data.path,
      trust: options.trust ?? true,
      settings: {
        'workbench.colorTheme': usualTheme,
        // An input that fades out takes no keys; without motion it is there or it is not.
        'workbench.reduceMotion': 'on',
        ...options.settings,
      },
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const stopServer = async () => {
      await server.stop();
      data.remove();
    };
    try {
      const browser = await launchChromium();
      const page = await browser.newPage({
        reducedMotion: 'reduce',
        viewport: options.size ?? { width: 1400, height: 900 },
      });
      page.setDefaultTimeout(20_000);
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      const workbench = new Workbench(page, browser, data.path, stopServer);
      await page.goto(
        vscodeAddress(server.port, {
          folder: options.folder,
          extension: projectFolder,
          ...(options.tests === undefined ? {} : { tests: options.tests }),
        }),
      );
      await workbench.#ready();
      if (options.theme !== undefined) await workbench.wear(options.theme);
      return workbench;
    } catch (error) {
      await stopServer();
      throw error;
    }
  }

  /** Chooses a theme as a user does: VS Code takes not every one from its settings at the start. */
  async wear(theme: Theme): Promise<void> {
    const { class: worn } = themes[theme];
    const window = this.page.locator(`.monaco-workbench.${worn}`);
    if ((await window.count()) === 0) await this.choose('Preferences: Color Theme', themes[theme].label);
    await window.waitFor();
  }

  /** Loads the window anew: its extensions start again. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#ready();
  }

  async #ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor();
    // The palette knows the extension's commands once its activity bar entry is there.
    await this.page.locator('.activitybar [aria-label^="MQTT"]').first().waitFor();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#stopServer();
  }

  /** The open quick pick or input box. */
  get #quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Runs a command by the palette, by its whole title (`MQTT: Connect`). */
  async command(title: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      const input = this.#quickInput.locator('input[type="text"]');
      try {
        await input.waitFor({ timeout: 5_000 });
        await input.fill(`>${title}`, { timeout: 2_000 });
        await this.#focusRow(title, 5_000);
        await this.page.keyboard.press('Enter');
        return;
      } catch (error) {
        // The focus may still be on its way to a page that was just revealed, which closes the palette: open it anew.
        if (attempt === 5) throw error;
      }
    }
  }

  #row(label: string): Locator {
    return this.#quickInput.locator('.monaco-list-row').filter({ has: this.#labelled(label) });
  }

  #labelled(label: string): Locator {
    return this.page.locator('.label-name', { hasText: exactly(label) });
  }

  /** Chooses the first row with this label in the open quick pick, by keyboard: the list moves while it fades in. */
  async pick(label: string, timeout = 20_000): Promise<void> {
    await this.#row(label).first().waitFor({ timeout });
    await this.#quickInput.locator('input[type="text"]').fill(label, { timeout });
    await this.#focusRow(label, timeout);
    await this.page.keyboard.press('Enter');
  }

  /** Runs a command, and chooses this row in the quick pick that it opens, once that offers the others, too. */
  async choose(title: string, label: string, ...others: readonly string[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.command(title);
      try {
        for (const other of others) await this.#row(other).first().waitFor({ timeout: 10_000 });
        return await this.pick(label, 10_000);
      } catch (error) {
        // VS Code gives the focus back to a page some time after its palette closes. When the command's pick is open by
        // then, that closes it, and nothing has been done yet: open it anew.
        if (attempt === 3) throw error;
      }
    }
  }

  /** Moves the focus of the list to the first row with this label. */
  async #focusRow(label: string, timeout: number): Promise<void> {
    const row = this.#row(label).first();
    await row.waitFor({ timeout });
    for (let steps = 0; steps < 20; steps++) {
      if ((await row.getAttribute('class'))?.includes('focused')) return;
      await this.page.keyboard.press('ArrowDown');
    }
    throw new Error(`The row “${label}” did not take the focus.`);
  }

  /** Waits until the open quick pick offers all of these. */
  async offers(...labels: readonly string[]): Promise<void> {
    for (const label of labels) await this.#row(label).first().waitFor();
  }

  /** Answers the open input box. `question` is part of what it asks: needed where another picker was open just before. */
  async answer(text: string, question = ''): Promise<void> {
    const asks = this.page.locator(`input[placeholder*="${question}"]`);
    const box = this.#quickInput.filter({ hasText: question }).or(this.#quickInput.filter({ has: asks }));
    // Kept by itself: what is wrong with an answer takes the place of the question while it is typed.
    const input = await box.locator('input').elementHandle();
    if (input === null) throw new Error(`Nothing asks “${question}”.`);
    await input.fill(text);
    await input.press('Enter');
  }

  /** Waits for a question of which this text is a part, in the open input box or quick pick. */
  async question(text: string): Promise<void> {
    await this.#quickInput.filter({ hasText: text }).waitFor();
  }

  /** Types a command into the terminal, which is opened when there is none. */
  async terminal(command: string): Promise<void> {
    const terminal = this.page.locator('.terminal-wrapper.active');
    if ((await terminal.count()) === 0) await this.command('Terminal: Create New Terminal');
    await terminal.locator('.xterm-rows', { hasText: /[$#]/ }).first().waitFor();
    await terminal.click();
    await terminal.locator('.xterm.focus').waitFor();
    // A key that went down here and came up elsewhere, as one that opens the palette, makes the terminal deaf to text until the next.
    await this.page.keyboard.press('Shift');
    // An Escape that was meant for VS Code takes the next character with it.
    await this.page.keyboard.insertText(` ${command}`);
    await this.page.keyboard.press('Enter');
    // So that the next Escape does not go to the shell, which would list what a command can be.
    await this.page.keyboard.press('Control+1');
    await this.page.locator('.editor-group-container.active .monaco-editor.focused').first().waitFor();
  }

  /** What was copied last. */
  async clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Opens a file of the folder by the palette. */
  async openFile(name: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('Control+P');
      const input = this.#quickInput.locator('input[type="text"]');
      try {
        await input.waitFor({ timeout: 5_000 });
        await input.fill(name, { timeout: 2_000 });
        await this.#row(name).first().click({ timeout: 5_000 });
        break;
      } catch (error) {
        // What is found is kept while the palette is open: a file that has just come is there when it is opened anew.
        if (attempt === 5) throw error;
      }
    }
    await this.page.locator(`.tab[data-resource-name="${name}"]`).waitFor();
  }

  /** Opens the list of notifications and waits for one with this text; VS Code shows no toasts to a driver. */
  async notification(text: string | RegExp): Promise<Locator> {
    await this.command('Notifications: Show Notifications');
    const item = this.page.locator('.notifications-center .notification-list-item', { hasText: text });
    await item.first().waitFor();
    return item.first();
  }

  /** The timeline page, once it shows itself; one beside another that is there already; one with a lane of this Client. */
  async timeline(other?: Timeline, client?: string): Promise<Timeline> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      for (const frame of this.page.frames()) {
        const found = await frame
          .locator(client === undefined ? '#app .timeline' : '#app .timeline .lane-name')
          .filter({ hasText: client ?? '' })
          .count()
          .catch(() => 0);
        if (found > 0 && frame !== other?.frame) return new Timeline(frame);
      }
      if (Date.now() > deadline)
        throw new Error(`The timeline did not open. Console:\n${this.console.slice(-20).join('\n')}`);
      // A frame tells nobody when its content is there; the next animation frame of the workbench is asked instead.
      await this.page.evaluate(() => new Promise((settle) => requestAnimationFrame(() => settle(undefined))));
    }
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(ensureFolder(screenshotFolder), `${name}.png`) });
  }
}

/** A pattern for this text and nothing else. */
function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
