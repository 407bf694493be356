/** Keep Alive, beside the rows of the decision table: who keeps it is not closed. */
import { keepAliveFactor } from '../../session/tolerances.ts';
import type { CheckProbe } from '../probe.ts';
import { scripted, versionNames } from './scripted.ts';

const seconds = 2;
const pings = 4;

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
      for (let sent = 0; sent < pings && !party.client.closed; sent += 1) {
        // Later than the Keep Alive, before what the Server must allow.
        const closed = await stage.closedWithin(party, ((1 + keepAliveFactor) / 2) * seconds * 1000);
        if (closed !== undefined) break;
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
