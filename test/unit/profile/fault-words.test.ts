import { describe, expect, it } from 'vitest';
import { readFaultRule } from '../../../src/profile/fault-text.ts';
import { faultTemplates, tellFault, tellRule } from '../../../src/profile/fault-words.ts';
import { faultRows } from '../../../src/profile/faults.ts';

function told(text: string): string {
  const rule = readFaultRule(text);
  if (!rule.ok) throw new Error(rule.message);
  return tellRule(rule.value);
}

describe('a rule in words', () => {
  it.each([
    ['reset_peer', 'cut: every connection'],
    ['close nth=1', 'closed: the 1st new connection'],
    ['down every=10', 'refused: every 10th new connection'],
    ['timeout timeout=5 nth=22', 'closed after 5 s: the 22nd new connection'],
    ['latency latency=200ms jitter=50ms', 'delayed by 200 ms ± 50 ms, both ways: every connection'],
    ['latency latency=2s direction=toClient', 'delayed by 2 s, to the Client: every connection'],
    ['bandwidth rate=1000', '1,000 bytes/s, both ways: every connection'],
    ['drop_disconnect client=demo', 'DISCONNECT is dropped: each connection of demo'],
    ['drop_pingresp client=demo every=3', 'PINGRESP is dropped: every 3rd new connection of demo'],
    ['freeze client=a*b nth=2', 'frozen, both ways: the 2nd new connection of a*b'],
    [
      'freeze direction=toServer client=status-* packet=publish count=2',
      'frozen, to the Server: each connection of status-*, after the 2nd PUBLISH from the Client',
    ],
    ['close packet=publish from=server', 'closed: every connection, after the 1st PUBLISH from the Server'],
    ['close packet=connack after=5s', 'closed: every connection, after the 1st CONNACK, 5 s later'],
    ['reset_peer after=11500ms', 'cut: every connection, after 11.5 s'],
  ])('%s', (text, words) => {
    expect(told(text)).toBe(words);
  });

  it('shortens a Client Identifier that is very long', () => {
    expect(told(`close client=${'x'.repeat(9000)}`).length).toBeLessThan(120);
  });

  it('can be told in another language, all of it', () => {
    const marked = (template: string): string => `<${template}>`;
    const rule = readFaultRule('latency latency=5s client=demo every=3 packet=publish after=5s');
    if (!rule.ok) throw new Error(rule.message);
    const words = tellRule(rule.value, marked);
    expect(words.replaceAll(/<[^<>]*>/g, '').replaceAll(/<[^<>]*>/g, '')).not.toContain('after');
    expect(Object.values(faultTemplates)).toHaveLength(new Set(Object.values(faultTemplates)).size);
  });

  it('has words for every kind of fault', () => {
    const values = { direction: 'both', latencyMs: 1, jitterMs: 0, bytesPerSecond: 1, timeoutMs: 1 } as const;
    for (const kind of Object.keys(faultRows) as (keyof typeof faultRows)[]) {
      expect(tellFault({ kind, ...values })).toMatch(/\w/);
    }
  });
});
