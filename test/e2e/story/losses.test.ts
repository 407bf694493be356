/** Each way of losing a connection, and each way back, as a user does them; against the sandbox broker. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { pictureOfFailures, Stage } from '../support/stage.ts';

describe('the ways of losing a connection in 5.0', () => {
  let stage: Stage;
  pictureOfFailures(() => stage);

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.workbench.openFile('will-delay.mqtt.yaml');
    await stage.connect('subscriber');
    await stage.connect('demo');
  });
  afterAll(() => stage?.close());

  async function resumeInTime(): Promise<void> {
    await stage.act('Resume Session', 'demo', { asks: false });
    await stage.timeline.track('demo', 'connection', /connected since/);
    await stage.timeline.countdown('will of demo', 'cancelled');
  }

  test('Close Without DISCONNECT starts the countdown', async () => {
    await stage.act('Close Without DISCONNECT', 'demo');
    await stage.timeline.countdown('will of demo', /due in/);
    await stage.explain(
      'will of demo',
      'without DISCONNECT (closed from here)',
      'the shorter of the two: 5 s',
    );
    await resumeInTime();
  });

  test('Disconnect with Will (0x04) starts the countdown', async () => {
    await stage.act('Disconnect with Will (0x04)', 'demo');
    await stage.timeline.countdown('will of demo', /due in/);
    await stage.explain(
      'will of demo',
      'The Client sent DISCONNECT 0x04',
      'With 0x04 the Client asks for its Will Message',
    );
    await resumeInTime();
  });

  test('publishing to the denied topic makes the broker disconnect, and starts the same countdown', async () => {
    await stage.act('Publish', 'demo');
    await stage.workbench.answer('test');
    await stage.workbench.question('Payload');
    await stage.workbench.answer('x');
    await stage.workbench.pick('QoS 0');
    await stage.timeline.countdown('will of demo', /due in/, 'delay 5 s < session 10 s');
    await stage.timeline.countdown('session of demo', /ends in/);
    await stage.explain(
      'will of demo',
      'The Server sent DISCONNECT 0x87 (Not authorized)',
      'A close by the Server does not remove the Will Message',
    );
    await stage.workbench.screenshot('losses-denied');
    await resumeInTime();
  });

  test('Disconnect removes the will', async () => {
    await stage.act('Disconnect', 'demo');
    await stage.timeline.track('demo', 'will', /discarded/);
    await stage.explain(
      'will of demo',
      'The Client sent DISCONNECT 0x00',
      'the Server must discard the Will Message',
    );
    await stage.timeline.countdown('session of demo', /ends in/);
  });

  test('Start Clean within the delay ends the session, and that publishes the will', async () => {
    await stage.act('Start Clean', 'demo', { asks: false });
    await stage.timeline.track('demo', 'will', /armed/);
    await stage.act('Drop Connection', 'demo');
    await stage.timeline.countdown('will of demo', /due in/);
    await stage.act('Start Clean', 'demo', { asks: false });
    await stage.explain('will of demo', 'Clean Start 1 ended the old Session', /subscriber received it/);
    await stage.workbench.screenshot('losses-start-clean');
  });

  test('Take Over by a second client that resumes the session cancels the will of the first', async () => {
    await stage.act('Take Over', 'demo');
    await stage.workbench.pick('Resume the session');
    await stage.timeline.track('demo', 'connection', /taken over/);
    await stage.explain(
      'will of demo',
      'Another connection with the same Client Identifier took over',
      'v5 [MQTT-3.1.3-9]',
    );
    await stage.workbench.screenshot('losses-taken-over');
  });
});

describe('the story in 3.1.1', () => {
  let stage: Stage;
  pictureOfFailures(() => stage);

  beforeAll(async () => {
    stage = await Stage.open();
    await stage.workbench.openFile('will-delay.mqtt.yaml');
    await stage.connect('subscriber');
    await stage.connect('demo-3.1.1');
  });
  afterAll(() => stage?.close());

  test('there is no delay: the will comes at once, and the session stays', async () => {
    await stage.act('Drop Connection', 'demo-3.1.1');
    await stage.timeline.track('demo-3.1.1', 'will', /published, on time/);
    await stage.timeline.track('demo-3.1.1', 'session', /does not expire/);
    await stage.explain(undefined, 'CleanSession 0', 'v3.1.1 [MQTT-3.1.2-8]', /subscriber received it/);
    await stage.workbench.screenshot('losses-3.1.1');
  });

  test('Resume Session finds the session present', async () => {
    await stage.act('Resume Session', 'demo-3.1.1', { asks: false });
    await stage.timeline.track('demo-3.1.1', 'connection', /connected since/);
    await stage.explain('Session Present for demo-3.1.1', 'Session Present 1');
  });

  test('DISCONNECT removes the will', async () => {
    await stage.act('Disconnect', 'demo-3.1.1');
    await stage.timeline.track('demo-3.1.1', 'will', /discarded/);
  });
});
