import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { ServerAddress } from '../../../src/check/wire-client.ts';
import { projectFolder } from '../../e2e/support/folders.ts';

/** Of a long stream so many bytes are enough: it repeats itself. */
const mostBytes = 2_048;

const corpus = join(projectFolder, 'test', 'fixtures', 'client-streams');

/** Stands between client programs and a broker, and keeps what each connection of theirs sent. */
export interface Recorder {
  readonly address: ServerAddress;
  /** Writes what was kept into the corpus of the fuzz tests, and ends. */
  stop(): Promise<void>;
}

/**
 * A recorder in front of `server` when the environment asks for one (`RECORD_CORPUS=1`), for the file `name` of the corpus:
 * one connection a line, in hexadecimal digits.
 */
export async function recorder(server: ServerAddress, name: string): Promise<Recorder> {
  if (process.env['RECORD_CORPUS'] !== '1') return { address: server, stop: async () => {} };
  const streams: Buffer[][] = [];
  const relay = createServer((client) => {
    const sent: Buffer[] = [];
    streams.push(sent);
    const broker = connect(server);
    client.on('data', (chunk) => {
      sent.push(chunk);
      broker.write(chunk);
    });
    broker.on('data', (chunk) => client.write(chunk));
    client.on('close', () => broker.destroy());
    broker.on('close', () => client.destroy());
    for (const socket of [client, broker]) socket.on('error', () => {});
  });
  await new Promise<void>((settle) => relay.listen(0, '127.0.0.1', settle));
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return {
    address: { host: '127.0.0.1', port: address.port },
    stop: async () => {
      await new Promise((settle) => relay.close(settle));
      mkdirSync(dirname(join(corpus, name)), { recursive: true });
      const lines = streams.map((sent) => Buffer.concat(sent).subarray(0, mostBytes).toString('hex'));
      writeFileSync(join(corpus, `${name}.hex`), `${[...new Set(lines)].sort().join('\n')}\n`);
    },
  };
}
