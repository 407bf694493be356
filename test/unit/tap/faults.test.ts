import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TO_CLIENT, TO_SERVER } from '../../../src/mqtt/packet.ts';
import { lookMs } from '../../../src/net/tap/side.ts';
import { type Fault, waysOf } from '../../../src/profile/faults.ts';
import { wire } from './support/packets.ts';
import { type Peer, TapBench } from './support/tap-bench.ts';

let bench: TapBench;
beforeEach(async () => {
  bench = await TapBench.start();
});
afterEach(() => bench.stop());

const step = fc.record({
  freeze: fc.boolean(),
  direction: fc.constantFrom('both', 'toServer', 'toClient'),
});

const faultsOf = (id: number): readonly Fault[] =>
  bench.proxy.connections(99).find(({ connection }) => connection === id)?.faults ?? [];

/** Something passes on another connection, there and back: whatever was on its way has come by then. */
async function afterOthers(other: { readonly client: Peer; readonly server: Peer }): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const [there, back] = [other.server.length, other.client.length];
    other.client.send('x');
    await other.server.has(there + 1);
    other.server.send('x');
    await other.client.has(back + 1);
    await setImmediate();
  }
}

describe('latency', () => {
  it('delays what passes, and only in its direction', async () => {
    const { client, server, id } = await bench.connect();
    const other = await bench.connect();
    bench.proxy.fault(id, { kind: 'latency', direction: 'toClient', latencyMs: 200, jitterMs: 0 });
    server.send('later');
    await bench.tap.until(() => bench.tap.received(id).length === 5);
    bench.clock.advance(199);
    client.send('now');
    await server.has(3);
    await afterOthers(other);
    expect(client.length).toBe(0);
    bench.clock.advance(1);
    expect((await client.has(5)).toString()).toBe('later');
  });

  it('is recorded when it was sent by the Server, and when it leaves for the Server', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'latency', direction: 'both', latencyMs: 200, jitterMs: 0 });
    server.send('down');
    await bench.tap.until(() => bench.tap.received(id).length === 4);
    client.send('up');
    await bench.until(() => (bench.clock.nextAtMs() ?? 0) > bench.clock.now());
    expect(bench.tap.sent(id, TO_SERVER)).toHaveLength(0);
    await bench.until(() => {
      bench.clock.advance(200);
      return bench.tap.sent(id, TO_SERVER).length === 2;
    });
    await server.has(2);
  });

  it('delays ends too', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'latency', direction: 'both', latencyMs: 50, jitterMs: 0 });
    client.socket.end('bye');
    await bench.until(() => (bench.clock.nextAtMs() ?? 0) > bench.clock.now());
    expect(bench.tap.endOf(id)).toBeUndefined();
    await bench.until(() => {
      bench.clock.advance(50);
      return bench.tap.endOf(id) !== undefined;
    });
    expect(await server.ended()).toBe('fin');
    expect(server.received.toString()).toBe('bye');
  });
});

describe('bandwidth', () => {
  it('passes so many bytes in a second', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'bandwidth', direction: 'toServer', bytesPerSecond: 1000 });
    client.send(Buffer.alloc(5000, 'x'));
    await bench.until(() => bench.clock.nextAtMs() !== undefined);
    for (let ms = 0; ms < 1000; ms += 10) bench.clock.advance(10);
    const after = bench.tap.sent(id, TO_SERVER).length;
    expect(after).toBeGreaterThanOrEqual(1000);
    expect(after).toBeLessThanOrEqual(1040);
    bench.proxy.clear(id);
    expect(await server.has(5000)).toHaveLength(5000);
  });
});

describe('freeze', () => {
  it('holds bytes and ends, keeps the sockets open, and lets all pass when it is over', async () => {
    const { client, server, id } = await bench.connect();
    const other = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'both' });
    client.socket.end('up');
    server.send('down');
    await bench.tap.until(() => bench.tap.received(id).length === 4);
    await bench.until(() => bench.proxy.connections(9).some((each) => each.state === 'half-open'));
    await afterOthers(other);
    expect([client.length, server.length, client.end, server.end]).toEqual([0, 0, undefined, undefined]);
    expect(bench.tap.endOf(id)).toBeUndefined();
    bench.proxy.clear(id);
    expect(await server.ended()).toBe('fin');
    expect(server.received.toString()).toBe('up');
    expect((await client.has(4)).toString()).toBe('down');
  });

  it('shows the end by the Server at once, and tells the Client when it is over', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'both' });
    server.socket.end('bye');
    await bench.tap.untilClosed(id);
    expect(bench.tap.endOf(id)).toEqual({ by: 'server', how: 'fin' });
    expect(client.end).toBeUndefined();
    bench.proxy.clear(id);
    expect(await client.ended()).toBe('fin');
    expect(client.received.toString()).toBe('bye');
  });

  it('holds a reset, too', async () => {
    const { client, server, id } = await bench.connect();
    const other = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'toServer' });
    client.socket.resetAndDestroy();
    await bench.until(() => bench.proxy.connections(9).some((each) => each.state === 'half-open'));
    await afterOthers(other);
    expect(server.end).toBeUndefined();
    bench.proxy.clear(id);
    expect(await server.ended()).toBe('ECONNRESET');
  });

  it('leaves nothing behind when the Server gives up a Client that is gone', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'both' });
    client.socket.resetAndDestroy();
    await bench.until(() => bench.proxy.connections(9).some((each) => each.state === 'half-open'));
    server.socket.end();
    await bench.until(() => bench.proxy.connectionsOpen === 0);
    expect(bench.tap.endOf(id)).toEqual({ by: 'server', how: 'fin' });
  });

  it('lets go of a Client that has closed as the Server has, once it is gone, and says so', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'both' });
    server.socket.end('bye');
    await bench.tap.untilClosed(id);
    client.socket.end('up');
    await once(client.socket, 'finish');
    client.socket.resetAndDestroy();
    await bench.until(() => {
      bench.clock.advance(lookMs);
      return bench.proxy.connectionsOpen === 0;
    });
    expect(bench.tap.actions.slice(1)).toEqual([
      {
        action: 'fault-cleared',
        connection: id,
        fault: { kind: 'freeze', direction: 'both', gone: true },
      },
    ]);
    expect(server.length).toBe(0);
  });

  it('lets go of a Client that has heard of the end of the Server, and whose own is held', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'toServer' });
    client.socket.end('up');
    server.socket.end('bye');
    expect(await client.ended()).toBe('fin');
    await bench.until(() => bench.proxy.connectionsOpen === 0);
    expect(bench.tap.actions.at(-1)?.fault).toEqual({ kind: 'freeze', direction: 'toServer', gone: true });
  });

  it('keeps a Client that is still there, whatever the Server does, until it is over', async () => {
    const { client, server, id } = await bench.connect();
    const other = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'both' });
    client.socket.end('up');
    server.socket.end('bye');
    await bench.tap.untilClosed(id);
    for (let look = 0; look < 3; look += 1) {
      bench.clock.advance(lookMs);
      await afterOthers(other);
    }
    expect(bench.proxy.connectionsOpen).toBe(2);
    bench.proxy.clear(id);
    expect(await client.ended()).toBe('fin');
    expect(client.received.toString()).toBe('bye');
    expect(bench.tap.actions.at(-1)?.fault).toEqual({ kind: 'freeze', direction: 'both' });
  });

  it('holds a bounded amount', async () => {
    const { client, id } = await bench.connect();
    const other = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'toServer' });
    client.send(Buffer.alloc(64_000_000));
    await afterOthers(other);
    await afterOthers(other);
    // The rest is still with the Client: TCP holds it back.
    expect(client.socket.writableLength).toBeGreaterThan(32_000_000);
  });
});

describe('ends', () => {
  it('resets both sides', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'reset_peer' });
    expect(await Promise.all([client.ended(), server.ended()])).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(bench.tap.endOf(id)).toEqual({ by: 'client', how: 'reset', detail: 'fault' });
    expect(bench.tap.actions).toEqual([{ action: 'fault', connection: id, fault: { kind: 'reset_peer' } }]);
  });

  it('closes both sides after what was held', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'latency', direction: 'both', latencyMs: 5000, jitterMs: 0 });
    server.send('held');
    await bench.tap.until(() => bench.tap.received(id).length === 4);
    bench.proxy.fault(id, { kind: 'close' });
    expect(await Promise.all([client.ended(), server.ended()])).toEqual(['fin', 'fin']);
    expect(client.received.toString()).toBe('held');
    expect(bench.tap.endOf(id)).toEqual({ by: 'client', how: 'fin', detail: 'fault' });
  });

  it('lets nothing pass and closes after a while', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'timeout', timeoutMs: 3000 });
    server.send('lost');
    await bench.tap.until(() => bench.tap.received(id).length === 4);
    bench.clock.advance(2999);
    expect(bench.tap.endOf(id)).toBeUndefined();
    bench.clock.advance(1);
    expect(await Promise.all([client.ended(), server.ended()])).toEqual(['fin', 'fin']);
    expect(client.length).toBe(0);
  });

  it('does not close a connection whose fault was taken away before', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'timeout', timeoutMs: 3000 });
    bench.proxy.clear(id);
    bench.clock.advance(3000);
    client.send('x');
    await server.has(1);
    expect(bench.tap.endOf(id)).toBeUndefined();
  });
});

describe('single packets', () => {
  it('drops the DISCONNECT of a Client, also when it comes in two pieces', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'drop_disconnect' });
    client.send(wire.connect('demo'));
    client.send(wire.publish('a', '\xe0\x00'));
    client.send(wire.disconnect.subarray(0, 1));
    const expected = Buffer.concat([wire.connect('demo'), wire.publish('a', '\xe0\x00')]);
    await server.has(expected.length);
    client.socket.end(wire.disconnect.subarray(1));
    expect(await server.ended()).toBe('fin');
    expect(server.received).toEqual(expected);
    expect(bench.tap.sent(id, TO_SERVER)).toEqual(expected);
    expect(bench.tap.actions.map(({ action }) => action)).toEqual(['fault', 'packet-dropped']);
  });

  it('drops PINGRESP, which the trace has all the same: the Server did send it', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'drop_pingresp' });
    const sent = Buffer.concat([wire.connack, wire.pingresp, wire.publish('a', 'x'), wire.pingresp]);
    server.send(sent);
    server.socket.end();
    expect(await client.ended()).toBe('fin');
    expect(client.received).toEqual(Buffer.concat([wire.connack, wire.publish('a', 'x')]));
    expect(bench.tap.sent(id, TO_CLIENT)).toEqual(sent);
    expect(bench.tap.actions.filter(({ action }) => action === 'packet-dropped')).toHaveLength(2);
  });

  it('knows where packets begin when the fault comes in the middle of one', async () => {
    const { client, server, id } = await bench.connect();
    const publish = wire.publish('a', `${'y'.repeat(50)}\xe0\x00`);
    client.send(Buffer.concat([wire.connect('demo'), publish.subarray(0, 20)]));
    await server.has(wire.connect('demo').length + 20);
    bench.proxy.fault(id, { kind: 'drop_disconnect' });
    client.send(Buffer.concat([publish.subarray(20), wire.disconnect, wire.pingreq]));
    const expected = Buffer.concat([wire.connect('demo'), publish, wire.pingreq]);
    expect(await server.has(expected.length)).toEqual(expected);
  });

  it('passes what is no MQTT as it is', async () => {
    const { client, server, id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'drop_disconnect' });
    const noise = Buffer.from([0xe0, 0, 0xe0, 0, 0xe0]);
    client.send(noise);
    expect(await server.has(noise.length)).toEqual(noise);
  });
});

describe('faults that are taken away one by one', () => {
  it('stays frozen to the Client when what goes to the Server is thawed', async () => {
    const { client, server, id } = await bench.connect();
    const other = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'both' });
    client.send('up');
    server.send('down');
    await bench.tap.until(() => bench.tap.received(id).length === 4);
    bench.proxy.clear(id, { kind: 'freeze', direction: 'toServer' });
    expect((await server.has(2)).toString()).toBe('up');
    await afterOthers(other);
    expect(client.length).toBe(0);
    expect(faultsOf(id)).toEqual([{ kind: 'freeze', direction: 'toClient' }]);
    expect(bench.tap.actions.at(-1)).toMatchObject({
      action: 'fault-cleared',
      fault: { kind: 'freeze', direction: 'toServer' },
    });
    bench.proxy.clear(id, { direction: 'toClient' });
    expect((await client.has(4)).toString()).toBe('down');
    expect(faultsOf(id)).toEqual([]);
  });

  it('works each way as it was told there last', async () => {
    const { id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'latency', direction: 'both', latencyMs: 100, jitterMs: 0 });
    bench.proxy.fault(id, { kind: 'latency', direction: 'toServer', latencyMs: 300, jitterMs: 0 });
    expect(faultsOf(id)).toEqual([
      { kind: 'latency', direction: 'toClient', latencyMs: 100, jitterMs: 0 },
      { kind: 'latency', direction: 'toServer', latencyMs: 300, jitterMs: 0 },
    ]);
  });

  it('leaves the other kinds', async () => {
    const { id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'toClient' });
    bench.proxy.fault(id, { kind: 'drop_disconnect' });
    bench.proxy.fault(id, { kind: 'timeout', timeoutMs: 5000 });
    bench.proxy.clear(id, { kind: 'freeze' });
    expect(faultsOf(id).map(({ kind }) => kind)).toEqual(['drop_disconnect', 'timeout']);
    // Nothing passes in a connection that is about to be closed: that cannot be true of one way.
    bench.proxy.clear(id, { direction: 'toServer' });
    expect(faultsOf(id).map(({ kind }) => kind)).toEqual(['timeout']);
    bench.proxy.clear(id);
    expect(faultsOf(id)).toEqual([]);
  });

  it('takes away what a rule has made, and not what was made in its place', async () => {
    const rule = bench.proxy.addRule({ fault: { kind: 'freeze', direction: 'both' } });
    const { id } = await bench.connect();
    bench.proxy.fault(id, { kind: 'freeze', direction: 'toServer' });
    bench.proxy.removeRule(rule);
    expect(faultsOf(id)).toEqual([{ kind: 'freeze', direction: 'toServer' }]);
  });

  it('does on the wire what is left, in whatever order faults are made and taken away', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { client, server, id } = await bench.connect();
        const frozen = { toServer: false, toClient: false };
        for (const { freeze, direction } of steps) {
          if (freeze) bench.proxy.fault(id, { kind: 'freeze', direction });
          else bench.proxy.clear(id, { kind: 'freeze', direction });
          if (direction !== 'toClient') frozen.toServer = freeze;
          if (direction !== 'toServer') frozen.toClient = freeze;
        }
        const works = new Set(
          faultsOf(id).flatMap((fault) => ('direction' in fault ? waysOf(fault.direction) : [])),
        );
        expect([works.has('toServer'), works.has('toClient')]).toEqual([frozen.toServer, frozen.toClient]);
        client.send('u');
        server.send('d');
        if (!frozen.toServer) await server.has(1);
        if (!frozen.toClient) await client.has(1);
        bench.proxy.clear(id);
        await Promise.all([server.has(1), client.has(1)]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('rules', () => {
  it('refuses every third connection', async () => {
    bench.proxy.addRule({ fault: { kind: 'down' }, every: 3 });
    const ends: boolean[] = [];
    for (let count = 1; count <= 9; count += 1) {
      const opened = bench.tap.opens.length;
      const peer = bench.dial();
      await bench.tap.until(() => bench.tap.opens.length > opened);
      ends.push(bench.tap.endOf(count)?.how === 'refused');
      if (ends.at(-1)) expect(await peer.ended()).toBe('ECONNRESET');
    }
    expect(ends).toEqual([false, false, true, false, false, true, false, false, true]);
    expect(bench.accepted).toHaveLength(6);
  });

  it('is for Clients with a Client Identifier, before their CONNECT passes', async () => {
    bench.proxy.addRule({ fault: { kind: 'down' }, clientId: 'bad-*' });
    const bad = await bench.connect();
    bad.client.send(wire.connect('bad-1'));
    expect(await bad.client.ended()).toBe('ECONNRESET');
    expect(await bad.server.ended()).toBe('ECONNRESET');
    expect(bad.server.length).toBe(0);
    const good = await bench.connect();
    good.client.send(wire.connect('good'));
    await good.server.has(wire.connect('good').length);
  });

  it('comes after the packet that it waits for, and before the next', async () => {
    bench.proxy.addRule({
      fault: { kind: 'freeze', direction: 'toServer' },
      packet: { type: 'publish', nth: 2 },
    });
    const { client, server, id } = await bench.connect();
    const other = await bench.connect();
    client.send(
      Buffer.concat([wire.connect('a'), ...['1', '2', '3'].map((each) => wire.publish('t', each))]),
    );
    const passes = Buffer.concat([wire.connect('a'), wire.publish('t', '1'), wire.publish('t', '2')]);
    await server.has(passes.length);
    await afterOthers(other);
    expect(server.received).toEqual(passes);
    bench.proxy.clear(id);
    await server.has(passes.length + wire.publish('t', '3').length);
  });

  it('waits for a packet of the Server', async () => {
    bench.proxy.addRule({ fault: { kind: 'reset_peer' }, packet: { type: 'connack' } });
    const { client, server } = await bench.connect();
    client.send(wire.connect('a'));
    await server.has(wire.connect('a').length);
    server.send(wire.connack);
    expect(await client.ended()).toBe('ECONNRESET');
  });

  it('comes so much later, and only on the nth connection', async () => {
    bench.proxy.addRule({ fault: { kind: 'close' }, nth: 2, afterMs: 1000 });
    const first = await bench.connect();
    const second = await bench.connect();
    bench.clock.advance(999);
    expect(bench.tap.ends).toEqual([]);
    bench.clock.advance(1);
    expect(await second.client.ended()).toBe('fin');
    expect(first.client.end).toBeUndefined();
    expect(bench.proxy.rules).toMatchObject([{ applied: 1 }]);
  });

  it('is about connections that are open, too, where that is asked for, and counts from then on', async () => {
    const demo = await bench.connect();
    const other = await bench.connect();
    demo.client.send(Buffer.concat([wire.connect('demo'), wire.publish('t', '1')]));
    other.client.send(wire.connect('other'));
    await demo.server.has(wire.connect('demo').length + wire.publish('t', '1').length);
    await other.server.has(wire.connect('other').length);
    const freeze = { kind: 'freeze', direction: 'toServer' } as const;
    bench.proxy.addRule({ fault: freeze, clientId: 'de*', packet: { type: 'publish', nth: 2 } }, true);
    bench.proxy.addRule({ fault: { kind: 'down' } }, true);
    demo.client.send(wire.publish('t', '2'));
    other.client.send(Buffer.concat([wire.publish('t', '2'), wire.publish('t', '3')]));
    await other.server.has(wire.connect('other').length + 2 * wire.publish('t', '2').length);
    expect([faultsOf(demo.id), faultsOf(other.id)]).toEqual([[], []]);
    demo.client.send(wire.publish('t', '3'));
    await bench.until(() => faultsOf(demo.id).length === 1);
    expect(bench.tap.actions.at(-1)?.fault.rule).toBe(
      'each connection of de*, after the 2nd PUBLISH from the Client, counted from when the rule was set',
    );
  });

  it('takes away what it has done when it is removed', async () => {
    const rule = bench.proxy.addRule({ fault: { kind: 'freeze', direction: 'both' } });
    const { client, server } = await bench.connect();
    client.send('x');
    expect(bench.proxy.connections(1)[0]?.faults).toHaveLength(1);
    expect(bench.proxy.removeRule(rule)).toBe(true);
    await server.has(1);
    expect(bench.proxy.removeRule(rule)).toBe(false);
  });

  it('with a fault for all: on those that live and those that come', async () => {
    const first = await bench.connect();
    bench.proxy.faultAll({ kind: 'freeze', direction: 'both' });
    const second = await bench.connect();
    expect(bench.proxy.connections(9).map(({ faults }) => faults.length)).toEqual([1, 1]);
    bench.proxy.clearAll();
    first.client.send('x');
    second.client.send('x');
    await Promise.all([first.server.has(1), second.server.has(1)]);
    expect(bench.proxy.rules).toEqual([]);
  });
});
