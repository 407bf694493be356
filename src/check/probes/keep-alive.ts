/** Keep Alive, beside the rows of the decision table: who keeps it is not closed. */
import type { CheckProbe } from '../probe.ts';
import { scripted, versionNames } from './scripted.ts';

const seconds = 2;
const pings = 4;
/** Later than the Keep Alive, and well before 1.5 times of it. */
const laterThanKeepAlive = 1.2;

const kept = (version: 4 | 5): CheckProbe =>
  scripted({
    rows: ['K1'],
    what: `who sends PINGREQ in time is not closed, ${versionNames[version]}`,
    topic: 'keepAlive',
    version,
    statements: [version === 5 ? 'MQTT-3.1.2-22' : 'MQTT-3.1.2-24', 'MQTT-3.12.4-1'],
    level: 'derivable',
    expected: `PINGRESP each time, and still open after ${seconds * pings} s`,
    play: async ({ stage, owe }) => {
      const party = await stage.client({ version, cleanStart: true, keepAlive: seconds });
      let answers = 0;
      let sentAtMs = stage.clock.now();
      for (let sent = 0; sent < pings && !party.client.closed; sent += 1) {
        // Counted from the sending, so that the way there and back takes nothing of what the Server must allow.
        const waitMs = sentAtMs + seconds * laterThanKeepAlive * 1000 - stage.clock.now();
        if ((await stage.closedWithin(party, waitMs)) !== undefined) break;
        sentAtMs = stage.clock.now();
        party.client.send({ type: 'pingreq' });
        await party.client.next('pingresp');
        answers += 1;
      }
      owe(`still open`, !party.client.closed, `closed after ${answers} of ${pings} PINGREQ`, {
        outcome: party.client.closed ? 'open' : 'met',
      });
      return undefined;
    },
  });

export const keepAlive: readonly CheckProbe[] = [kept(5), kept(4)];
