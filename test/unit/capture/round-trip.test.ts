import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { type Endpoints, faultKinds, recordedActions } from '../../../src/mqtt/network-connection.ts';
import { type Direction, TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { stories } from '../session/support/stories.ts';
import { clientStream, connect, publish } from '../trace/support.ts';
import { inOrder, plain, RecordedRules, Recording, reopen, save } from './support.ts';

const startMs = Date.UTC(2026, 2, 2, 12);

describe('a session that is saved and opened again', () => {
  test.each(Object.entries(stories))('%s has the same records, entities and Why', (_name, play) => {
    const rules = new RecordedRules();
    const story = play();
    for (const event of story.events) event.tell(rules);
    const untilMs = story.nowMs + 60_000;
    const { recording } = rules;
    const records = recording.records();
    const { recording: again, summary } = reopen(save(records, untilMs));
    expect(summary).toMatchObject({ ours: true, untilMs, problem: undefined, other: 0, gaps: 0 });
    expect(plain(again.records())).toEqual(plain(records));
    expect(again.entitiesAt(untilMs)).toEqual(recording.entitiesAt(untilMs));
  });
});

/** Something that a tap sees or a user does. */
type Step =
  | { readonly step: 'open'; readonly label: string; readonly stream: readonly Uint8Array[] }
  | { readonly step: 'send' | 'answer'; readonly which: number; readonly bytes: Uint8Array }
  | { readonly step: 'go-on'; readonly which: number }
  | { readonly step: 'close'; readonly which: number; readonly end: number }
  | { readonly step: 'act'; readonly which: number; readonly action: number };

const ends = [
  { by: 'client', how: 'fin' },
  { by: 'client', how: 'reset', detail: 'ECONNRESET' },
  { by: 'server', how: 'fin' },
  { by: 'server', how: 'reset' },
  { by: 'server', how: 'refused', detail: 'ECONNREFUSED' },
  { by: 'network', how: 'error', detail: 'ETIMEDOUT\n"' },
  { by: 'unknown', how: 'error' },
] as const;

const endpoint = fc.record({
  address: fc.constantFrom('127.0.0.1', '::1', '10.1.2.3', '2001:db8::7'),
  port: fc.integer({ min: 1, max: 65_535 }),
});
const endpoints = fc.record({
  client: endpoint,
  server: endpoint,
  carrier: fc.constantFrom<Endpoints['carrier']>('tcp', 'tls', 'ws', 'wss'),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    step: fc.constant('open' as const),
    label: fc.string(),
    stream: clientStream.map(({ packets }) => packets),
  }),
  fc.record({
    step: fc.constantFrom('send' as const, 'answer' as const),
    which: fc.nat(9),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.constant(Uint8Array.of(0x20, 2, 0, 0)),
    ),
  }),
  fc.record({ step: fc.constant('go-on' as const), which: fc.nat(9) }),
  fc.record({ step: fc.constant('close' as const), which: fc.nat(9), end: fc.nat(ends.length - 1) }),
  fc.record({
    step: fc.constant('act' as const),
    which: fc.nat(9),
    action: fc.nat(recordedActions.length - 1),
  }),
);

/** Two connections never have the same port, so that what comes late for one is not taken for the other's. */
function placeOf(places: readonly (Endpoints | undefined)[], index: number): Endpoints | undefined {
  const place = places[index % Math.max(1, places.length)];
  return place && { ...place, client: { ...place.client, port: 1000 + index } };
}

function play(
  steps: readonly (readonly [Step, number])[],
  places: readonly (Endpoints | undefined)[],
): Recording {
  const recording = new Recording();
  const { recorder } = recording;
  const open: { readonly id: number; readonly rest: Uint8Array[] }[] = [];
  let atMs = startMs;
  for (const [each, waitMs] of steps) {
    atMs += waitMs / 4096;
    if (each.step === 'open') {
      const place = placeOf(places, open.length);
      const info = { server: 'localhost:1883', tap: 'client', client: 'file#a', label: each.label } as const;
      const id = recorder.opened(atMs, { ...info, ...(place === undefined ? {} : { endpoints: place }) });
      open.push({ id, rest: [...each.stream] });
      continue;
    }
    const at = open[each.which % Math.max(1, open.length)];
    if (at === undefined) continue;
    if (each.step === 'close') recorder.closed(atMs, at.id, ends[each.end] ?? ends[0]);
    else if (each.step === 'act') {
      const action = recordedActions[each.action] ?? 'drop';
      const kind = faultKinds[each.action % faultKinds.length] ?? 'close';
      const fault = action.includes('fault')
        ? ({ kind, direction: 'both', detail: '200 ms', rule: 'every connection', gone: true } as const)
        : undefined;
      const whom = { connection: at.id, server: 'localhost:1883', clientId: 'dé\nmo' };
      recorder.action(atMs, action, fault === undefined ? whom : { ...whom, fault });
    } else if (each.step === 'go-on') {
      const next = at.rest.shift();
      if (next !== undefined) recorder.bytes(atMs, at.id, TO_SERVER, next);
    } else {
      const direction: Direction = each.step === 'send' ? TO_SERVER : TO_CLIENT;
      recorder.bytes(atMs, at.id, direction, each.bytes);
    }
  }
  return recording;
}

describe('any trace that is saved and opened again', () => {
  const steps = fc.array(fc.tuple(step, fc.nat(4096 * 3000)), { maxLength: 40 });
  const places = fc.array(fc.option(endpoints, { nil: undefined }), { maxLength: 4 });

  it('is the same, to the last byte, when secrets are left in', () => {
    fc.assert(
      fc.property(steps, places, fc.integer({ min: 1, max: 5000 }), (played, where, pieceBytes) => {
        const recording = play(played, where);
        const records = recording.records();
        const { recording: again } = reopen(save(records, startMs, { mask: false }), pieceBytes);
        expect(plain(again.records())).toEqual(plain(records));
        expect(again.entitiesAt(startMs + 1e7)).toEqual(recording.entitiesAt(startMs + 1e7));
      }),
      { numRuns: 100 },
    );
  });

  it('is the same but for its secrets, when they are masked', () => {
    fc.assert(
      fc.property(steps, places, (played, where) => {
        const recording = play(played, where);
        const records = recording.records();
        const { recording: again } = reopen(save(records, startMs));
        const shape = (all: typeof records): string[] =>
          all.map(({ bytes, ...rest }) => `${inOrder(rest)} ${bytes.length}`);
        expect(shape(again.records())).toEqual(shape(records));
        expect(again.entitiesAt(startMs + 1e7)).toEqual(recording.entitiesAt(startMs + 1e7));
      }),
      { numRuns: 100 },
    );
  });
});

describe('long packets', () => {
  it('come back with what was kept of them, and the length that they had', () => {
    const recording = new Recording();
    const { recorder } = recording;
    const id = recorder.opened(startMs, { server: 'localhost:1883', tap: 'listener' });
    recorder.bytes(startMs, id, TO_SERVER, encodePacket(connect(), 5));
    recorder.bytes(startMs, id, TO_CLIENT, Uint8Array.of(0x20, 3, 0, 0, 0));
    for (const length of [65_480, 65_487, 65_536, 200_000, 3_000_000]) {
      const payload = new Uint8Array(length).fill(length & 0xff);
      recorder.bytes(startMs + length, id, TO_CLIENT, encodePacket(publish({ payload }), 5));
    }
    const records = recording.records();
    const { recording: again } = reopen(save(records, startMs));
    expect(plain(again.records())).toEqual(plain(records));
  });
});

describe('secrets', () => {
  const password = new TextEncoder().encode('correct horse');

  it('are not in a masked capture, and all lengths are as they were', () => {
    const recording = new Recording();
    const { recorder } = recording;
    const id = recorder.opened(startMs, { server: 'localhost:1883', tap: 'client' });
    recorder.bytes(startMs, id, TO_SERVER, encodePacket(connect({ userName: 'ann', password }), 5));
    const [, record] = recording.records();
    const masked = save(recording.records(), startMs);
    expect(Buffer.from(masked).includes('correct horse')).toBe(false);
    expect(Buffer.from(masked).includes('ann')).toBe(true);
    expect(Buffer.from(save(recording.records(), startMs, { mask: false })).includes('correct horse')).toBe(
      true,
    );
    expect(reopen(masked).recording.records()[1]).toMatchObject({ length: record?.length });
  });

  it('do not include the folders in which profile files lie', () => {
    const recording = new Recording();
    const info = {
      server: 'localhost:1883',
      tap: 'client',
      client: 'file:///home/ann/work/a.mqtt.yaml#demo',
    } as const;
    recording.recorder.opened(startMs, info);
    const file = save(recording.records(), startMs, { mask: false });
    expect(Buffer.from(file).includes('ann')).toBe(false);
    expect(reopen(file).recording.records()[0]).toMatchObject({ info: { client: 'a.mqtt.yaml#demo' } });
  });

  it('are nowhere in what is not understood, wherever the password stands', () => {
    // A CONNECT whose properties cannot be read: nobody knows where its password is.
    const whole = encodePacket(connect({ userName: 'ann', password }), 5);
    whole[12] = 0x85;
    const recording = new Recording();
    const id = recording.recorder.opened(startMs, { server: 'localhost:1883', tap: 'client' });
    recording.recorder.bytes(startMs, id, TO_SERVER, whole);
    recording.recorder.bytes(startMs, id, TO_SERVER, encodePacket(publish({ payload: password }), 5));
    const records = recording.records();
    const masked = save(records, startMs);
    expect(Buffer.from(masked).includes('correct')).toBe(false);
    expect(
      reopen(masked)
        .recording.records()
        .map(({ kind, length }) => [kind, length]),
    ).toEqual(records.map(({ kind, length }) => [kind, length]));
  });
});
