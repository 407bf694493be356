import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../src/profile/fault-rules.ts';
import { tellRule } from '../../../src/profile/fault-words.ts';
import type { ProfileFile } from '../../../src/profile/model.ts';
import { parseProfileFile } from '../../../src/profile/parse.ts';

const parse = (faults: string): ProfileFile =>
  parseProfileFile(
    `profiles: { p: { broker: sandbox, tap: { listen: 1884, faults: [${faults}] } } }`,
    'a.mqtt.yaml',
  );

function rules(faults: string): readonly FaultRule[] {
  const file = parse(faults);
  expect(file.diagnostics).toEqual([]);
  return file.profiles[0]?.tap?.faults ?? [];
}

describe('the faults of a tap in a profile', () => {
  it.each([
    ['cut: {}', 'cut: every connection'],
    ['close: { client: demo, when: { nth: 2 } }', 'closed: the 2nd new connection of demo'],
    [
      'freeze: { direction: toServer, client: status-*, when: { packet: publish, count: 2, after: 5s } }',
      'frozen, to the Server: each connection of status-*, after the 2nd PUBLISH from the Client, 5 s later',
    ],
    ['delay: { by: 200ms, jitter: 50ms }', 'delayed by 200 ms ± 50 ms, both ways: every connection'],
    ['limit: { rate: 100, direction: toClient }', '100 bytes/s, to the Client: every connection'],
    ['dropDisconnect: { client: demo }', 'DISCONNECT is dropped: each connection of demo'],
    ['dropPingresp: {}', 'PINGRESP is dropped: every connection'],
    ['refuse: { when: { every: 10 } }', 'refused: every 10th new connection'],
  ])('%s', (written, told) => {
    expect(rules(`{ ${written} }`).map((rule) => tellRule(rule))).toEqual([told]);
  });

  it('are several, in their order, and none where there are none', () => {
    expect(rules('{ cut: {} }, { close: {} }').map(({ fault }) => fault.kind)).toEqual([
      'reset_peer',
      'close',
    ]);
    expect(parse('').profiles[0]?.tap).toEqual({ listen: { host: '127.0.0.1', port: 1884 } });
  });

  it.each([
    ['delay: { jitter: 5ms }', 'required-missing'],
    ['limit: {}', 'required-missing'],
    ['freez: {}', 'unknown-key'],
    ['freeze: { by: 5s }', 'unknown-key'],
    ['freeze: { direction: up }', 'unknown-choice'],
    ['refuse: { when: { packet: publish } }', 'unknown-key'],
    ['cut: {}, close: {}', 'exclusive-keys'],
  ])('are refused with what is wrong: %s', (written, code) => {
    const file = parse(`{ ${written} }`);
    expect(file.diagnostics.map((each) => each.code)).toContain(code);
    expect(file.profiles).toEqual([]);
  });
});
