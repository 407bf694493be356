/** The main story, as a user does it: connect, lose the connection, see when and why the will is published. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningMosquitto, startMosquitto } from '../support/mosquitto.ts';
import { pictureOfFailures, Stage } from '../support/stage.ts';

describe.each(['sandbox', 'mosquitto'] as const)('the delayed will, with %s', (broker) => {
  let mosquitto: RunningMosquitto | undefined;
  let stage: Stage;
  pictureOfFailures(() => stage);

  beforeAll(async () => {
    if (broker === 'mosquitto') mosquitto = await startMosquitto();
    // The one line that a user changes.
    stage = await Stage.open({
      broker: mosquitto === undefined ? 'sandbox' : `mqtt://localhost:${mosquitto.port}`,
    });
    await stage.workbench.openFile('will-delay.mqtt.yaml');
  });
  afterAll(async () => {
    await stage?.close();
    await mosquitto?.stop();
  });

  test('Connect offers the profiles of the open file, and the timeline opens by itself', async () => {
    await stage.workbench.command('MQTT: Connect');
    await stage.workbench.offers('subscriber', 'demo', 'demo-3.1.1');
    await stage.connect('subscriber');
    await stage.connect('demo');
    await stage.timeline.track('demo', 'will', /armed/);
    await stage.workbench.screenshot(`story-${broker}-1-connected`);
  });

  test('after Drop Connection the page counts down to the will and to the end of the session', async () => {
    await stage.act('Drop Connection', 'demo');
    await stage.timeline.countdown('will of demo', /due in [345]\.\d s/, 'delay 5 s < session 10 s');
    await stage.timeline.countdown('session of demo', /ends in (10|[5-9])\.\d s/);
    await stage.timeline.track('demo', 'connection', /cut at/);
    await stage.workbench.screenshot(`story-${broker}-2-counting-down`);
  });

  test('at zero the will appears in the lane of demo, with its verdict', async () => {
    const said = await stage.timeline.track('demo', 'will', /published/);
    // Mosquitto 2.0.11 looks at its delayed wills once a second or so, and its answer may count as late.
    expect(said).toMatch(/published, on time \(\+[\d.]+ m?s\)|published, late/);
    await stage.workbench.screenshot(`story-${broker}-3-published`);
  });

  test('Why tells it in numbered facts, each with its packet and its statement', async () => {
    const why = await stage.explain(
      'will of demo',
      'Why was the will of demo published at',
      'CONNECT carried Will Delay Interval 5 s and Session Expiry Interval 10 s',
      'without DISCONNECT (cut from here)',
      'The Server must wait for the shorter of the two: 5 s',
      'v5 [MQTT-3.1.3-9]',
      /subscriber received it/,
    );
    expect(why).toMatch(/#\d+/);
    const { frame } = stage.timeline;
    await frame
      .locator('.why-facts li')
      .nth(2)
      .getByRole('button', { name: /MQTT-3\.1\.3-9/ })
      .click();
    await stage.workbench.screenshot(`story-${broker}-4-why`);
    // A fact's packet opens with its fields beside its bytes.
    await frame
      .locator('.why-facts li')
      .first()
      .getByRole('button', { name: /packet/i })
      .click();
    await frame
      .locator('.packet-panel')
      .filter({ hasText: '#7 CONNECT' })
      .filter({ hasText: 'Remaining Length' })
      .waitFor();
    await stage.workbench.screenshot(`story-${broker}-5-packet`);
  });

  test('the tab Will shows all fields of the will', async () => {
    await stage.timeline.tab('Will');
    await stage.timeline.frame
      .locator('.will-panel')
      .filter({ hasText: 'Will of demo' })
      .filter({ hasText: "I'm offline" })
      .waitFor();
    await stage.workbench.screenshot(`story-${broker}-6-will`);
  });

  test('Resume Session before the five seconds cancels the will, and Why says by which rule', async () => {
    await stage.act('Start Clean', 'demo', { asks: false });
    await stage.timeline.track('demo', 'will', /armed/);
    await stage.act('Drop Connection', 'demo');
    await stage.timeline.countdown('will of demo', /due in/);
    await stage.act('Resume Session', 'demo', { asks: false });
    await stage.timeline.track('demo', 'connection', /connected since/);
    await stage.timeline.countdown('will of demo', /cancelled/);
    await stage.explain(
      'will of demo',
      'Why was the will of demo not published?',
      'A new connection to the Session before the delay has passed means that the Will Message must not be sent',
      'v5 [MQTT-3.1.3-9]',
    );
    await stage.workbench.screenshot(`story-${broker}-7-cancelled`);
  });
});
