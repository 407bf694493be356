/** The programs of `samples/clients`, each as its README says to build and run it. */
import { join } from 'node:path';
import { projectFolder } from '../../e2e/support/folders.ts';
import { compileC, compileGo, debianPython } from './clients.ts';
import type { Command } from './program.ts';

const folderOfSamples = join(projectFolder, 'samples', 'clients');

export interface SampleProgram {
  readonly file: string;
  readonly clientId: (user: string) => string;
  readonly willTopic: (user: string) => string;
  /** Where it says `online` and `offline` itself. */
  readonly statusTopic: (user: string) => string;
  /** The Will Delay Interval, in seconds. */
  readonly willDelay: number;
  /** In seconds: short, and long enough for a machine that has much to do. */
  readonly keepAlive: number;
  /** How it leaves when it is asked to: `DISCONNECT` with 0x00 discards the will, 0x04 does not. */
  readonly leavesWith: 0x00 | 0x04;
  /** What it writes once it is connected and has said so. */
  readonly online: RegExp;
  /** What it does when no PINGRESP comes: some send DISCONNECT before they close, and so discard their will. */
  readonly givesUpBy: 'closing' | 'DISCONNECT';
  /** What can be done with it; all unless given. */
  readonly ways?: readonly string[];
  /** Compiles it into `folder` where that is needed; the command that runs it. */
  prepare(folder: string): Promise<Command>;
}

const status = (user: string): string => `user/status/${user}`;
const availability = (user: string): string => `device/${user}/availability`;

export const samplePrograms: readonly SampleProgram[] = [
  {
    file: 'status.go',
    clientId: (user) => `status-go-${user}`,
    willTopic: status,
    statusTopic: status,
    willDelay: 0,
    keepAlive: 5,
    leavesWith: 0x00,
    online: /online: /,
    givesUpBy: 'closing',
    prepare: (folder) => compileGo(join(folderOfSamples, 'status.go'), folder),
  },
  {
    file: 'status.c',
    clientId: (user) => `status-c-${user}`,
    willTopic: status,
    // The mistake that it is there for.
    statusTopic: (user) => `user/status/status-c-${user}`,
    willDelay: 0,
    keepAlive: 5,
    leavesWith: 0x00,
    online: /online: /,
    givesUpBy: 'DISCONNECT',
    prepare: (folder) => compileC(join(folderOfSamples, 'status.c'), folder),
  },
  {
    file: 'status.py',
    clientId: (user) => `status-python-${user}`,
    willTopic: status,
    statusTopic: status,
    willDelay: 2,
    keepAlive: 5,
    leavesWith: 0x00,
    online: /said: /,
    givesUpBy: 'closing',
    prepare: async () => [debianPython(), join(folderOfSamples, 'status.py')],
  },
  {
    file: 'status.mjs',
    clientId: (user) => `status-node-${user}`,
    willTopic: availability,
    statusTopic: availability,
    willDelay: 0,
    keepAlive: 5,
    leavesWith: 0x00,
    online: /online: /,
    givesUpBy: 'closing',
    prepare: async () => [process.execPath, join(folderOfSamples, 'status.mjs')],
  },
  {
    file: 'status.sh',
    clientId: (user) => `status-sub-${user}`,
    willTopic: status,
    statusTopic: status,
    willDelay: 0,
    keepAlive: 5,
    leavesWith: 0x04,
    // mosquitto_sub prints what it receives: the retained state comes with its subscription.
    online: /^online$/,
    givesUpBy: 'closing',
    prepare: async () => [join(folderOfSamples, 'status.sh')],
  },
];

/** A line of a terminal with a will of its own. It does not take its leave: a signal ends it as it does any program. */
export const mosquittoPub: SampleProgram = {
  file: 'mosquitto_pub',
  clientId: (user) => `line-${user}`,
  willTopic: status,
  statusTopic: availability,
  willDelay: 0,
  keepAlive: 5,
  leavesWith: 0x04,
  online: /received CONNACK \(0\)/,
  givesUpBy: 'closing',
  ways: [
    'is killed',
    'is stopped, and keeps its socket',
    'is cut',
    'is closed without DISCONNECT',
    'gets nothing through any more, and is closed',
    'is frozen both ways',
    'is frozen to the Server',
  ],
  prepare: async () => [
    'sh',
    '-c',
    'exec mosquitto_pub -d -L "$MQTT_URL/device/$MQTT_USER/availability" -i "line-$MQTT_USER" -V 5 -q 1 -m alive ' +
      '--repeat 1000 --repeat-delay 1 -u "$MQTT_USER" -P "$MQTT_PASSWORD" -k "$MQTT_KEEP_ALIVE" ' +
      '--will-topic "user/status/$MQTT_USER" --will-payload offline --will-qos 1',
  ],
};
