import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { systemClock } from '../../../src/net/clock.ts';
import { actsOf, isEnded } from './support/fuzz-acts.ts';
import { type Act, FuzzBench, openSockets, type Side, turn } from './support/fuzz-bench.ts';
import {
  answerTo,
  anyAnswer,
  anyFrames,
  anyRequest,
  type Frame,
  frameBytes,
  frameOf,
  messagesOf,
  requestLines,
} from './support/fuzz-frames.ts';
import { runs } from './support/runs.ts';

const isPrefix = (part: Buffer, whole: Buffer): boolean => whole.subarray(0, part.length).equals(part);

let bench: FuzzBench;
const before = openSockets();
afterEach(() => bench.stop());
// None is left when all is over.
afterAll(async () => {
  while (openSockets() > before) await turn();
});

/** What becomes of what a Client sends: its head, if it has one, names the Server, and offers no extension. */
function changed(sent: Buffer, server: string): Buffer {
  const end = sent.indexOf('\r\n\r\n');
  if (end < 0) return sent;
  const [first = '', ...lines] = sent.toString('latin1', 0, end).split('\r\n');
  const left = lines.filter((line) => !/^(host|sec-websocket-extensions):/i.test(line));
  const head = [first, `Host: ${server}`, ...left].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), sent.subarray(end)]);
}

/** With a handshake first, mostly. */
const acts = fc
  .tuple(anyRequest, anyAnswer, actsOf(anyFrames(true), anyFrames(false), 20))
  .map(([request, answer, more]): Act[] => [
    { by: 'client', do: 'send', bytes: request },
    { by: 'client', do: 'turn' },
    { by: 'server', do: 'send', bytes: answer },
    ...more,
  ]);

describe.each([
  ['ws', 'ws', 200],
  ['wss', 'wss', 60],
  ['ws', 'wss', 30],
  ['wss', 'ws', 30],
] as const)(
  'a tap that passes a WebSocket on, between a Client of %s and a Server of %s',
  (scheme, to, numRuns) => {
    it('changes the Host and nothing else, and loses no byte, whatever handshakes and frames there are', async () => {
      bench = await FuzzBench.start({ scheme, to, clock: systemClock });
      await fc.assert(
        fc.asyncProperty(acts, async (story) => {
          const { client, server } = await bench.connect();
          const id = await bench.newest();
          await bench.play({ client, server }, id, story);
          await bench.settled();
          const [up, down] = [Buffer.concat(client.sent), Buffer.concat(server.sent)];
          const ways = [
            // A head that is too long passes as it is, unless it has come in one piece.
            { sent: [changed(up, bench.serverName), up], came: server, way: TO_SERVER },
            { sent: [down], came: client, way: TO_CLIENT },
          ];
          for (const { sent, came, way } of ways) {
            const received = Buffer.concat(came.received);
            const [matching] = sent.filter((each) => isPrefix(received, each));
            expect(matching).toBeDefined();
            expect(bench.recorded(id, way)).toBeLessThanOrEqual(sent[0]?.length ?? 0);
            if (!client.failed && !server.failed && !isEnded(story)) {
              expect(sent.some((each) => each.equals(received))).toBe(true);
            }
          }
          expect(bench.recorder.openConnections).toBe(0);
        }),
        runs(numRuns),
      );
    });
  },
);

/** Frames of one side, and how it ends. */
const frames = (masked: boolean) =>
  fc.record({
    frames: fc.array(frameOf(masked), { maxLength: 12 }),
    /** How the bytes are cut. */
    cut: fc.integer({ min: 1, max: 5000 }),
    /** What the other side sends, which speaks MQTT alone. */
    plain: fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }), { maxLength: 5 }),
    end: fc.constantFrom('end' as const, 'reset' as const, 'noise' as const),
  });

async function send(side: Side, bytes: Buffer, cut: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += cut) {
    side.send(bytes.subarray(at, at + cut));
    if (bytes.length / cut < 200) await turn();
  }
}

/** Sends, ends, and waits until all is closed. Returns what should have come on the other side. */
async function tell(
  from: Side,
  other: Side,
  masked: boolean,
  {
    frames: all,
    cut,
    plain,
    end,
  }: { frames: Frame[]; cut: number; plain: Uint8Array[]; end: 'end' | 'reset' | 'noise' },
) {
  for (const each of plain) other.send(Buffer.from(each));
  const noise = end === 'noise' ? [Buffer.from('\xff\xff no frame', 'latin1')] : [];
  const stream = Buffer.concat([...all.map(frameBytes), ...noise]);
  await send(from, stream, cut);
  if (end === 'reset') from.play({ by: 'client', do: 'reset' });
  else from.finish();
  other.finish();
  await Promise.all([from.closed, other.closed]);
  await bench.settled();
  return messagesOf(stream, masked);
}

describe.each([
  ['ws', 'mqtt', 120],
  ['wss', 'mqtt', 40],
] as const)('a tap where a WebSocket of a Client ends, %s to %s', (scheme, to, numRuns) => {
  it('passes on the messages that are whole, up to the first frame that must not be', async () => {
    bench = await FuzzBench.start({ scheme, to, clock: systemClock });
    await fc.assert(
      fc.asyncProperty(frames(true), async (story) => {
        const client = await bench.dialled();
        client.send(Buffer.from(`${requestLines.join('\r\n')}\r\n\r\n`));
        const server = await bench.accepted();
        const answer = (): number => Buffer.concat(client.received).indexOf('\r\n\r\n');
        while (answer() < 0) await turn();
        const { bytes, sound } = await tell(client, server, true, story);
        const came = Buffer.concat(server.received);
        expect(isPrefix(came, bytes)).toBe(true);
        if (sound && story.end === 'end' && !server.failed) expect(came.equals(bytes)).toBe(true);
      }),
      runs(numRuns),
    );
  });
});

describe.each([
  ['mqtt', 'ws', 120],
  ['mqtt', 'wss', 40],
] as const)('a tap where a WebSocket to a Server begins, %s to %s', (scheme, to, numRuns) => {
  it('passes on the messages that are whole, up to the first frame that must not be', async () => {
    bench = await FuzzBench.start({ scheme, to, clock: systemClock });
    await fc.assert(
      fc.asyncProperty(frames(false), async (story) => {
        const client = await bench.dialled();
        const server = await bench.accepted();
        const asked = (): string | undefined =>
          /^sec-websocket-key: (.*)\r\n[\s\S]*\r\n\r\n/im.exec(
            Buffer.concat(server.received).toString('latin1'),
          )?.[1];
        while (asked() === undefined) await turn();
        server.send(answerTo(asked() ?? ''));
        const { bytes, sound } = await tell(server, client, false, story);
        const came = Buffer.concat(client.received);
        expect(isPrefix(came, bytes)).toBe(true);
        if (sound && story.end === 'end' && !client.failed) expect(came.equals(bytes)).toBe(true);
      }),
      runs(numRuns),
    );
  });
});
