/** The whole of it in each kind of theme: pictures for a person to look at, and that everything is there. */
import { describe, expect, test } from 'vitest';
import { Stage } from '../support/stage.ts';

describe('the extension', () => {
  test.each(['light', 'dark', 'high-contrast'] as const)('in a %s theme', async (theme) => {
    const stage = await Stage.open({ theme, size: { width: 1600, height: 1000 } });
    try {
      await stage.workbench.openFile('will-delay.mqtt.yaml');
      await stage.workbench.command('MQTT Sessions: Focus on Sessions View');
      await stage.connect('subscriber');
      await stage.connect('demo');
      await stage.act('Drop Connection', 'demo');
      await stage.timeline.countdown('will of demo', /due in/);
      await stage.timeline.countdown('session of demo', /ends in/);
      await stage.workbench.screenshot(`looks-${theme}-1-due`);
      expect(await stage.timeline.track('demo', 'will', /published/)).toMatch(/on time/);
      await stage.explain(
        'will of demo',
        'The Server must wait for the shorter of the two: 5 s',
        /subscriber received it/,
      );
      await stage.workbench.screenshot(`looks-${theme}-2-why`);
      expect(
        stage.workbench.console.filter((line) => /Content Security Policy|\[page error\]/.test(line)),
      ).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});
