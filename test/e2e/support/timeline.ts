import type { Frame, Locator } from 'playwright-core';

export type Track = 'connection' | 'session' | 'will' | 'packets';

/** The timeline page as a user reads it: the countdown strip, the lanes, the tabs. */
export class Timeline {
  readonly frame: Frame;

  constructor(frame: Frame) {
    this.frame = frame;
  }

  /** The rows of the countdown strip. */
  get countdowns(): Locator {
    return this.frame.locator('.strip-rows > *');
  }

  /** Waits for a row of the countdown strip that says all of this. */
  async countdown(...texts: (string | RegExp)[]): Promise<Locator> {
    let row = this.countdowns;
    for (const hasText of texts) row = row.filter({ hasText });
    await row.first().waitFor();
    return row.first();
  }

  lane(client: string): Locator {
    return this.frame.locator('.lane', {
      has: this.frame.locator('.lane-name', { hasText: new RegExp(`^${client.replaceAll('.', '\\.')}$`) }),
    });
  }

  /** Waits until a track of a client's lane says this, in the words that a screen reader is given. */
  async track(client: string, track: Track, says: RegExp): Promise<string> {
    const item = this.lane(client)
      .getByRole('treeitem', { name: says })
      .and(this.frame.getByRole('treeitem', { name: new RegExp(`^${track}: `) }));
    await item.first().waitFor();
    return (await item.first().getAttribute('aria-label')) ?? '';
  }

  /** Chooses an action from the menu of a client's lane. */
  async menu(client: string, action: string): Promise<void> {
    await this.frame.getByRole('button', { name: `More actions for ${client}` }).click();
    await this.frame.getByRole('menuitem', { name: action, exact: true }).click();
  }

  /** Types into the filter of the page. */
  async filter(text: string): Promise<void> {
    await this.frame.getByRole('textbox', { name: /filter/i }).fill(text);
  }

  /** Opens a tab of the details by its name. */
  async tab(name: 'Packet' | 'Will' | 'Why'): Promise<void> {
    await this.frame.getByRole('tab', { name, exact: true }).click();
  }

  /** The text of Why once it says all of this. */
  async why(...texts: (string | RegExp)[]): Promise<string> {
    let panel = this.frame.locator('.why-panel');
    for (const hasText of texts) panel = panel.filter({ hasText });
    await panel.waitFor();
    return panel.innerText();
  }
}
