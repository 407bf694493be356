/** The behaviour check in VS Code, of a broker that misbehaves: its page in each kind of theme, its words, and what can be done with it. */
import type { Frame } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { Stage } from '../support/stage.ts';

const file = `version: 1
profiles:
  lamp:
    broker: sandbox
    clientId: lamp
    cleanStart: false
    keepAlive: 30s
    sessionExpiryInterval: 10s
    will: { topic: offline, payload: gone, qos: 1, willDelayInterval: 5s }
sandbox:
  deviations: [willNotCancelledOnResume, takeoverUntold, willPropertiesDropped]
`;

/** The frame that shows the report, once it is there. */
async function reportFrame({ workbench: { page } }: Stage): Promise<Frame> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    for (const frame of page.frames()) {
      const title = await frame.title().catch(() => '');
      if (title.startsWith('Check:')) {
        await frame.locator('h1').waitFor();
        return frame;
      }
    }
    if (Date.now() > deadline) throw new Error('The report did not open.');
    // A frame tells nobody when its content is there; the next animation frame of the workbench is asked instead.
    await page.evaluate(() => new Promise((settle) => requestAnimationFrame(() => settle(undefined))));
  }
}

const themes = ['dark', 'light', 'high-contrast'] as const;

describe('Check Broker Behaviour', () => {
  test('tells what deviates, what it means for profiles, and why', async () => {
    const stage = await Stage.open({
      size: { width: 1600, height: 1000 },
      files: { 'lamp.mqtt.yaml': file },
    });
    try {
      const { workbench } = stage;
      await workbench.openFile('lamp.mqtt.yaml');
      await workbench.choose('MQTT: Check Broker Behaviour', 'lamp');
      const frame = await reportFrame(stage);
      const meaning = frame.locator('section', { hasText: 'What it means for your profiles' }).first();
      expect(await meaning.innerText()).toMatch(/Profile lamp relies on .*D37/);
      const row = frame.locator('details.probe', { hasText: 'D37 resumed before D' }).first();
      expect(await row.innerText()).toMatch(/no will[\s\S]*W1 after 2\.\d s[\s\S]*deviates \(MUST\)/);
      const why = row.locator('summary').first();
      for (const name of themes) {
        await workbench.wear(name);
        await frame.locator(`body.vscode-${name}`).waitFor();
        await frame.locator('h1').scrollIntoViewIfNeeded();
        await workbench.screenshot(`check-${name}-1`);
        await why.focus();
        await why.press('Enter');
        await row.getByText('the Will Message must not be sent').waitFor();
        const passed = row.locator('summary', { hasText: 'What passed' });
        await passed.click();
        await row.getByText('RST').last().waitFor();
        await why.scrollIntoViewIfNeeded();
        await workbench.screenshot(`check-${name}-2-why`);
        await passed.click();
        await why.press('Enter');
      }
      expect(workbench.console.filter((line) => /Content Security Policy|\[page error\]/.test(line))).toEqual(
        [],
      );
    } finally {
      await stage.close();
    }
  });
});
