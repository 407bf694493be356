import { describe, expect, it } from 'vitest';
import { lowContrast } from './support/audit.ts';
import { textOf } from './support/harness.ts';
import { expectSound, pages } from './support/pages.ts';
import { cancelled, mixed, published, restless, waiting } from './support/stories.ts';
import type { ThemeName } from './support/themes.ts';
import { noonMs, Wire } from './support/wire.ts';

const open = pages();

const willOf = (wire: Wire): number => wire.expectations().find(({ kind }) => kind === 'will')?.id ?? 0;
const size = { width: 1440, height: 900 };
const names: readonly ThemeName[] = ['light', 'dark', 'highContrast'];

describe.each(names)('in the theme %s', (theme) => {
  it('a will that waits is readable', async () => {
    const timeline = await open(waiting().wire, { theme, size });
    await timeline.send({ type: 'reveal', expectation: willOf(waiting().wire) });
    await timeline.page.locator('.why-facts').waitFor();
    await timeline.screenshot(`waiting-${theme}`);
    await expectSound(timeline);
  });

  it('a will that was published is readable, and Why it was', async () => {
    const { wire } = published();
    const timeline = await open(wire, { theme, size });
    await timeline.send({ type: 'reveal', expectation: willOf(wire) });
    await timeline.page.locator('.why-facts').waitFor();
    await timeline.page.locator('.statement-link').first().click();
    await timeline.screenshot(`published-${theme}`);
    await expectSound(timeline);
  });

  it('a capture that ends while a will waits is readable', async () => {
    const { wire } = waiting();
    const timeline = await open(wire, { theme, size });
    await timeline.send({ type: 'state', state: wire.captured() });
    await timeline.send(wire.changes());
    await timeline.send({ type: 'command', command: 'fit' });
    await timeline.row(1).waitFor();
    await timeline.send({ type: 'reveal', expectation: willOf(wire) });
    await timeline.page.locator('.why-facts').waitFor();
    const text =
      'Connections over TLS: 2. What they carried cannot be read here; connect the program to a tap to see it.';
    const notice = { kind: 'captureNotes', atMs: wire.nowMs, recorded: false, text } as const;
    await timeline.send({ type: 'notice', notice });
    await timeline.page.getByRole('alert').filter({ hasText: text }).waitFor();
    await timeline.screenshot(`captured-${theme}`);
    await expectSound(timeline);
  });

  it('a will that was cancelled is readable, with the row under the keyboard', async () => {
    const { wire } = cancelled();
    const timeline = await open(wire, { theme, size });
    await timeline.send({ type: 'reveal', expectation: willOf(wire) });
    await timeline.page.locator('.rows').focus();
    await timeline.page.keyboard.press('ArrowDown');
    await timeline.page.keyboard.press('ArrowDown');
    await timeline.page.keyboard.press('f');
    await timeline.screenshot(`cancelled-${theme}`);
    await expectSound(timeline);
  });

  it('a packet is readable, its fields beside its bytes', async () => {
    const timeline = await open(published().wire, { theme, size });
    await timeline.row(7).click();
    await timeline.page.locator('.field-row', { hasText: 'Protocol Name' }).last().hover();
    await timeline.screenshot(`packet-${theme}`);
    await expectSound(timeline);
  });

  it('a will’s fields are readable', async () => {
    const timeline = await open(published().wire, { theme, size });
    await timeline.row(7).click();
    await timeline.page.getByRole('tab', { name: 'Will' }).click();
    await timeline.page.locator('.field-table').waitFor();
    await timeline.screenshot(`will-${theme}`);
    await expectSound(timeline);
  });

  it('much at once is readable', async () => {
    const timeline = await open(mixed(), { theme, size: { width: 1440, height: 1400 } });
    await timeline.page.keyboard.press('f');
    await timeline.screenshot(`mixed-${theme}`);
    await expectSound(timeline);
  });

  it.each([1440, 420])('more events than there is room for are readable, %d pixels wide', async (width) => {
    const timeline = await open(restless(), { theme, size: { width, height: 900 } });
    await timeline.page.keyboard.press('f');
    await timeline.screenshot(`restless-${width}-${theme}`);
    await expectSound(timeline);
  });

  it('an empty page, a notice and a menu are readable', async () => {
    const timeline = await open(new Wire(), { theme, size });
    const notice = { kind: 'engineRestarted', atMs: noonMs, recorded: true } as const;
    await timeline.send({ type: 'notice', notice });
    await timeline.screenshot(`empty-${theme}`);
    await expectSound(timeline);
    const tapped = new Wire();
    tapped.taps = [
      { address: 'mqtt://127.0.0.1:1884', to: 'mqtt://localhost:1883' },
      {
        address: 'wss://127.0.0.1:36621/mqtt',
        to: 'wss://broker.example.com:8884/mqtt',
        refusal: 'broker not reachable, connections are refused',
      },
    ];
    await timeline.show(tapped);
    await timeline.screenshot(`empty-tap-${theme}`);
    await expectSound(timeline);
    const { wire } = waiting();
    await timeline.show(wire);
    await timeline.page.getByRole('button', { name: 'More actions for demo' }).click();
    await timeline.screenshot(`menu-${theme}`);
    expect(await lowContrast(timeline.page, 4.5)).toEqual([]);
  });
});

describe('in little room', () => {
  it.each([
    ['zoom-200', { width: 640, height: 400 }, 2],
    ['zoom-200-tall', { width: 720, height: 450 }, 2],
    ['narrow', { width: 400, height: 800 }, 1],
  ] as const)('%s: nothing overlaps, and what does not fit scrolls', async (name, room, scale) => {
    const { wire } = published();
    const timeline = await open(wire, { theme: 'dark', size: room, scale });
    await timeline.screenshot(`${name}-dark`);
    await expectSound(timeline);
    await timeline.send({ type: 'reveal', expectation: willOf(wire) });
    await timeline.page.locator('.why-panel h2').scrollIntoViewIfNeeded();
    expect(await textOf(timeline.page.locator('.why-panel h2'))).toContain('Why was the will');
    await timeline.screenshot(`${name}-why-dark`);
    await expectSound(timeline);
  });

  it.each(names)('beside an editor, in the theme %s', async (theme) => {
    const { wire } = cancelled(3000);
    wire.act('take-over', 1);
    const timeline = await open(wire, { theme, size: { width: 510, height: 860 } });
    await timeline.screenshot(`beside-cancelled-${theme}`);
    await expectSound(timeline);
    const next = waiting();
    await timeline.show(next.wire);
    await timeline.send({ type: 'reveal', expectation: willOf(next.wire) });
    await timeline.screenshot(`beside-waiting-${theme}`);
    await expectSound(timeline);
  });

  it('the whole page can be reached by scrolling', async () => {
    const timeline = await open(waiting().wire, { size: { width: 400, height: 400 } });
    const { page } = timeline;
    const scrolls = await page.evaluate(() => document.documentElement.scrollHeight > window.innerHeight);
    expect(scrolls).toBe(true);
    await page.getByRole('tab', { name: 'Why' }).scrollIntoViewIfNeeded();
    await page.getByRole('tab', { name: 'Why' }).click();
    await page.locator('.why-panel:visible').waitFor();
  });
});

describe('the theme', () => {
  it('changes under the page, canvas included', async () => {
    const timeline = await open(published().wire, { theme: 'dark', size });
    const { page } = timeline;
    const pixel = (): Promise<string> =>
      page.evaluate(() => {
        const canvas = document.querySelector('.tracks-canvas');
        if (!(canvas instanceof HTMLCanvasElement)) return '';
        // A copy: reading from the page's own canvas would make it slow.
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {
          willReadFrequently: true,
        });
        copy?.drawImage(canvas, 0, 0);
        const data = copy?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        const seen = new Map<string, number>();
        for (let at = 0; at < data.length; at += 4) {
          if ((data[at + 3] ?? 0) < 255) continue;
          const key = `${data[at]},${data[at + 1]},${data[at + 2]}`;
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
        return [...seen].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
      });
    const before = await pixel();
    await timeline.setTheme('light');
    await expect.poll(pixel).not.toBe(before);
    await expectSound(timeline);
  });
});

describe('for those who prefer that little moves', () => {
  it('the view steps instead of gliding, and still counts down', async () => {
    const timeline = await open(waiting().wire, { reducedMotion: true });
    const remaining = timeline.page.locator('.strip-remaining').first();
    const before = await textOf(remaining);
    await expect.poll(() => textOf(remaining)).not.toBe(before);
    const frames = await timeline.page.evaluate(
      () =>
        new Promise<number>((done) => {
          const canvas = document.querySelector('.tracks-canvas');
          if (!(canvas instanceof HTMLCanvasElement)) return;
          const context = canvas.getContext('2d');
          if (context === null) return;
          let cleared = 0;
          const clear = context.clearRect.bind(context);
          context.clearRect = (...box) => {
            cleared += 1;
            clear(...box);
          };
          let left = 60;
          const count = (): void => {
            left -= 1;
            if (left > 0) requestAnimationFrame(count);
            else done(cleared);
          };
          requestAnimationFrame(count);
        }),
    );
    expect(frames).toBeLessThan(30);
  });
});
