import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/errors.ts';
import { faultHelp, readFault } from '../../../src/cli/fault-option.ts';
import { faultRows } from '../../../src/profile/faults.ts';

describe('a fault on the command line', () => {
  it.each([
    ['reset_peer', { fault: { kind: 'reset_peer' } }],
    ['freeze direction=toServer', { fault: { kind: 'freeze', direction: 'toServer' } }],
    [
      'latency latency=200ms jitter=50ms',
      { fault: { kind: 'latency', direction: 'both', latencyMs: 200, jitterMs: 50 } },
    ],
    [
      'bandwidth rate=1000 direction=toClient',
      { fault: { kind: 'bandwidth', direction: 'toClient', bytesPerSecond: 1000 } },
    ],
    ['timeout timeout=5', { fault: { kind: 'timeout', timeoutMs: 5000 } }],
    ['down every=10', { fault: { kind: 'down' }, every: 10 }],
    [
      'reset_peer client=a*b nth=2 packet=PUBLISH count=3 after=1m',
      {
        fault: { kind: 'reset_peer' },
        clientId: 'a*b',
        nth: 2,
        packet: { type: 'publish', nth: 3 },
        afterMs: 60_000,
      },
    ],
    [
      'close packet=publish from=server',
      { fault: { kind: 'close' }, packet: { type: 'publish', from: 'server' } },
    ],
  ])('%s', (text, rule) => {
    expect(readFault(text)).toEqual(rule);
  });

  it.each([
    ['reset', 'Did you mean `reset_peer`?'],
    ['nonsense', 'There are: reset_peer'],
    ['latency', 'needs latency='],
    ['latency latency=soon', 'a duration'],
    ['bandwidth', 'needs rate='],
    ['bandwidth rate=0', 'a whole number from 1'],
    ['freeze direction=up', 'toServer or toClient or both'],
    ['reset_peer latency=5', '`reset_peer` takes client='],
    ['close packet=hello', 'connect, connack'],
    ['close packet=publish from=broker', 'client or server'],
    ['close nth', 'is not understood'],
  ])('refuses `%s`, and says what to write', (text, told) => {
    expect(() => readFault(text)).toThrow(UsageError);
    expect(() => readFault(text)).toThrow(told);
  });

  it('is told of in the help, of every kind', () => {
    for (const kind of Object.keys(faultRows)) expect(faultHelp).toContain(`\`${kind}`);
  });
});
