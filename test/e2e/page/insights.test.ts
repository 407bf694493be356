import { describe, expect, it } from 'vitest';
import { textOf } from './support/harness.ts';
import { expectSound, pages } from './support/pages.ts';
import { connected, noticed, published } from './support/stories.ts';
import type { ThemeName } from './support/themes.ts';

const open = pages();

const size = { width: 1440, height: 900 };

describe('what was noticed', () => {
  it.each<ThemeName>(['light', 'dark', 'highContrast'])('is readable in the theme %s', async (theme) => {
    const timeline = await open(noticed(), { theme, size });
    await timeline.page.keyboard.press('f');
    await timeline.page.locator('.insights vscode-button').first().click();
    await timeline.page.locator('.insight-remedy').waitFor();
    await timeline.screenshot(`insights-${theme}`);
    await expectSound(timeline);
  });

  it.each([
    ['zoom-200', { width: 640, height: 400 }, 2],
    ['narrow', { width: 400, height: 800 }, 1],
  ] as const)('is readable in little room (%s)', async (name, room, scale) => {
    const timeline = await open(noticed(), { theme: 'dark', size: room, scale });
    await timeline.screenshot(`insights-${name}`);
    await expectSound(timeline);
    await timeline.page.locator('.insights vscode-button').first().click();
    await timeline.page.locator('.insight-remedy').scrollIntoViewIfNeeded();
    await timeline.screenshot(`insights-${name}-why`);
    await expectSound(timeline);
  });

  it('tells what it is, why, with the packets, and last what to do', async () => {
    const { page } = await open(noticed(), { size });
    const bar = page.locator('.insights');
    expect(await textOf(bar)).toContain('sensor is taken over again and again');
    expect(await textOf(bar)).toContain('and 2 more');
    await bar.locator('vscode-button').first().click();
    expect(await textOf(page.locator('.why-panel h2'))).toBe('sensor is taken over again and again');
    const told = page.locator('.why-facts > li');
    expect(await textOf(told.first())).toContain('The last 4 connections of sensor were taken over');
    expect(await textOf(page.locator('.why-panel .insight-remedy'))).toContain(
      'a Client Identifier of its own',
    );
    const others = page.locator('.why-panel .siblings');
    await others.getByText('The will of user goes to another topic than its state').click();
    await expect
      .poll(() => textOf(page.locator('.why-panel h2')))
      .toBe('The will of user goes to another topic than its state');
  });

  it('leads to its packets, and back to itself', async () => {
    const { page } = await open(noticed(), { size });
    await page.locator('.insights vscode-button').first().click();
    const title = await textOf(page.locator('.why-panel h2'));
    await page.locator('.insight-packets vscode-button').first().click();
    await page.locator('.packet-tab:visible').waitFor();
    await page.getByRole('tab', { name: 'Why' }).click();
    await expect.poll(() => textOf(page.locator('.why-panel h2'))).toBe(title);
  });

  it('is said to screen readers when it comes, and stands beside its lane', async () => {
    const timeline = await open(published().wire, { size });
    const later = noticed();
    const { page } = timeline;
    const { entities, stats } = later.state();
    await timeline.send({
      type: 'changes',
      entities: { ...entities, expectations: [] },
      stats,
      nowMs: later.nowMs,
    });
    await expect.poll(() => textOf(page.locator('[aria-live="polite"]').first())).toMatch(/^Noticed: /);
    const lane = page.locator('[role="treeitem"][aria-level="1"]', { hasText: 'sensor' });
    expect(await lane.getAttribute('aria-label')).toContain('1 notice');
  });

  it('is not there where nothing was noticed', async () => {
    const { page } = await open(published().wire, { size });
    expect(await page.locator('.insights').isVisible()).toBe(false);
  });
});

describe('a fault of a tap', () => {
  it('is named in the list of packets, with its values', async () => {
    const { wire, demo } = connected();
    wire.act('fault', demo, { kind: 'latency', direction: 'toClient', detail: '20 ms' });
    const { page } = await open(wire, { size });
    const row = page.locator('.packet-row', { hasText: 'fault' });
    expect(await textOf(row)).toContain('fault: delayed to the Client: 20 ms');
  });
});

describe('an observer', () => {
  it('has the last lane, with its packets only, and says what it is', async () => {
    const { page } = await open(noticed(), { size: { width: 1440, height: 1200 } });
    const lanes = page.locator('[role="treeitem"][aria-level="1"]');
    const last = lanes.last();
    expect(await last.getAttribute('aria-label')).toBe('observer, watches for wills, for this page');
    expect(await page.locator('.lane').last().locator('.track').count()).toBe(1);
  });
});
