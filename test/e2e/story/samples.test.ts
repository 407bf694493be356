/** The other samples, as their comments tell the user to try them. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { pictureOfFailures, Stage } from '../support/stage.ts';

describe('keep-alive.mqtt.yaml', () => {
  let stage: Stage;
  pictureOfFailures(() => stage);
  beforeAll(async () => {
    stage = await Stage.open();
    await stage.workbench.openFile('keep-alive.mqtt.yaml');
  });
  afterAll(() => stage?.close());

  test('a frozen client is noticed after one and a half times its Keep Alive, and its will is published', async () => {
    await stage.connect('subscriber');
    await stage.connect('sensor');
    await stage.act('Freeze', 'sensor');
    await stage.timeline.countdown('keep alive of sensor', /runs out in/);
    await stage.workbench.screenshot('keep-alive-1-silent');
    await stage.timeline.track('sensor', 'connection', /keep alive ran out at/);
    await stage.timeline.track('sensor', 'will', /published, on time/);
    await stage.explain('will of sensor', 'nothing had come from the Client for', /subscriber received it/);
    await stage.workbench.screenshot('keep-alive-2-published');
  });
});

describe('presence.mqtt.yaml', () => {
  let stage: Stage;
  pictureOfFailures(() => stage);
  beforeAll(async () => {
    stage = await Stage.open();
    await stage.workbench.openFile('presence.mqtt.yaml');
  });
  afterAll(() => stage?.close());

  /** Waits until the watcher has received so many copies of the state, opens the newest one, and waits for this payload. */
  async function newestState(payload: string, copies: number): Promise<void> {
    const { frame } = stage.timeline;
    await stage.timeline.tab('Packet');
    await stage.timeline.filter('client:watcher type:publish topic:user/status/alice');
    const list = frame.locator(`.packet-list[aria-rowcount="${copies + 1}"]`);
    await list.filter({ hasText: 'user/status/alice' }).focus();
    await stage.workbench.page.keyboard.press('End');
    await frame.locator('.packet-panel').filter({ hasText: payload }).waitFor();
    await stage.timeline.filter('');
  }

  test('a late subscriber learns that the user is online', async () => {
    await stage.connect('user', 'user-alice');
    await stage.connect('watcher');
    await newestState('online', 1);
  });

  test('a normal disconnect says offline, and the will is dropped', async () => {
    await stage.act('Disconnect', 'user-alice');
    await stage.timeline.track('user-alice', 'will', /discarded/);
    await newestState('offline', 2);
  });

  test('a lost user is said to be offline by the will', async () => {
    await stage.connect('user', 'user-alice');
    await stage.act('Drop Connection', 'user-alice');
    await stage.timeline.track('user-alice', 'will', /published, on time/);
    await stage.workbench.screenshot('presence-lost');
  });
});
