import { describe, expect, it } from 'vitest';
import { countdownsOf } from '../../../src/webview/model/countdowns.ts';
import { verdictWords } from '../../../src/webview/model/verdicts.ts';
import { cancelled, connected, mixed, published, waiting } from '../../e2e/page/support/stories.ts';
import { demoConnect, Wire } from '../../e2e/page/support/wire.ts';
import { modelFor, modelOf } from './support.ts';

const laneNames = (model: ReturnType<typeof modelOf>): string[] =>
  model.layout.lanes.map(({ key }) => model.entities.lane(key)?.clientId ?? '');

describe('the page’s model', () => {
  it('has a lane for each client, with the tracks that it needs', () => {
    const model = modelOf(connected().wire);
    expect(model.layout.lanes.map(({ tracks }) => tracks.map(({ kind }) => kind))).toEqual([
      ['connection', 'packets'],
      ['connection', 'session', 'will', 'packets'],
    ]);
    expect(laneNames(model)).toEqual(['subscriber', 'demo']);
  });

  it('moves a connection to its client’s lane when CONNECT names it', () => {
    const wire = new Wire();
    const { model } = modelFor(wire);
    model.receiveState(wire.state());
    const connection = wire.open('demo');
    model.receiveChanges(wire.changes());
    expect(laneNames(model)).toEqual(['']);
    expect(model.laneNameOf(connection)).toBe('demo');
    wire.toServer(connection, {
      type: 'connect',
      protocolName: 'MQTT',
      version: 5,
      cleanStart: true,
      keepAliveSeconds: 60,
      ...demoConnect,
    });
    model.receiveChanges(wire.changes());
    expect(laneNames(model)).toEqual(['demo']);
  });

  it('says which parts a batch of packets changes, and the strip only when something falls due', () => {
    const { wire, demo } = connected();
    const { model, takeChanged } = modelFor(wire);
    model.receiveState(wire.state());
    model.receiveChanges(wire.changes());
    takeChanged();
    wire.toServer(demo, { type: 'pingreq' });
    model.receiveChanges(wire.changes());
    expect(takeChanged().has('list')).toBe(true);
    wire.close(demo, { by: 'client', how: 'reset' });
    model.receiveChanges(wire.changes());
    expect(takeChanged().has('strip')).toBe(true);
  });

  it('comes to the same when it gets everything at once or bit by bit', () => {
    const whole = modelOf(published().wire);
    const story = waiting(5002);
    const { model } = modelFor(story.wire);
    model.receiveState(story.wire.state());
    model.receiveChanges(story.wire.changes());
    story.wire.publishToClient(story.subscriber, 'offline', "I'm offline", {
      properties: demoConnect.will.properties.slice(1),
    });
    model.receiveChanges(story.wire.changes());
    story.wire.pass(1500);
    model.receiveChanges(story.wire.changes());
    expect([...model.entities.expectations]).toEqual([...whole.entities.expectations]);
    expect(model.index.count).toBe(whole.index.count);
    expect(laneNames(model)).toEqual(laneNames(whole));
  });

  it('shows the lanes and packets that the filter names', () => {
    const model = modelOf(mixed());
    model.setFilter('client:demo');
    expect(laneNames(model)).toEqual(['demo']);
    model.setFilter('topic:offline');
    expect(laneNames(model)).toEqual(['subscriber', 'demo']);
    expect(model.index.count).toBe(1);
    model.setFilter('nothing-is-called-this');
    expect(laneNames(model)).toEqual([]);
    model.setFilter('');
    expect(model.index.count).toBe(model.records.size);
  });

  it('brings a lane into view when its first matching packet comes', () => {
    const { wire, demo } = connected();
    const model = modelOf(wire);
    model.setFilter('type:pingreq');
    expect(laneNames(model)).toEqual([]);
    wire.toServer(demo, { type: 'pingreq' });
    model.receiveChanges(wire.changes());
    expect(laneNames(model)).toEqual(['demo']);
  });

  it('keeps what was decided in the strip for a while, and tells of it once', () => {
    const { wire, subscriber } = waiting(5002);
    const model = modelOf(wire);
    wire.publishToClient(subscriber, 'offline', "I'm offline", {
      properties: demoConnect.will.properties.slice(1),
    });
    wire.pass(1000);
    model.receiveChanges(wire.changes());
    expect(model.recentlyDecided(wire.nowMs).ids).toHaveLength(1);
    expect(model.takeUnannounced()).toHaveLength(1);
    expect(model.takeUnannounced()).toHaveLength(0);
    expect(model.recentlyDecided(wire.nowMs + 60_000).ids).toHaveLength(0);
  });

  it('keeps the verdict on a will that counted down as long as its Client was silent, though it was owed and published at once', () => {
    const { wire, subscriber } = connected();
    const model = modelOf(wire);
    const will = { ...demoConnect.will, properties: demoConnect.will.properties.slice(1) };
    const demo = wire.connect('sensor', { ...demoConnect, clientId: 'sensor', keepAliveSeconds: 10, will });
    wire.act('freeze', demo);
    model.receiveChanges(wire.changes());
    wire.pass(15_000);
    wire.close(demo, { by: 'server', how: 'fin' });
    wire.publishToClient(subscriber, 'offline', "I'm offline", { properties: will.properties });
    wire.pass(100);
    model.receiveChanges(wire.changes());
    const kept = model.recentlyDecided(wire.nowMs).ids.map((id) => model.entities.expectations.get(id)?.kind);
    expect(kept.sort()).toEqual(['keep-alive', 'will']);
  });

  it('neither keeps nor tells what was decided as soon as it was known, unless the Server did wrong', () => {
    const { wire } = waiting();
    const model = modelOf(wire);
    const connection = wire.connect('demo', { ...demoConnect, cleanStart: false }, true);
    model.receiveChanges(wire.changes());
    const kinds = (ids: readonly number[]): (string | undefined)[] =>
      ids.map((id) => model.entities.expectations.get(id)?.kind).sort();
    expect([...model.entities.expectations.values()].map(({ kind }) => kind)).toContain('session-present');
    expect(kinds(model.recentlyDecided(wire.nowMs).ids)).toEqual(['session-end', 'will']);
    expect(kinds(model.takeUnannounced())).toEqual(['session-end', 'will']);
    wire.close(connection, { by: 'client', how: 'reset' });
    wire.pass(100);
    wire.connect('demo', { ...demoConnect, cleanStart: false }, false);
    model.receiveChanges(wire.changes());
    expect(kinds(model.takeUnannounced())).toContain('session-present');
  });

  it('keeps the reason of one will from standing for another, of which nothing is owed', () => {
    const { wire } = published();
    wire.connect('lamp', { ...demoConnect, clientId: 'lamp' });
    const model = modelOf(wire);
    const [past, armed] = [...model.entities.wills.values()];
    model.select({ kind: 'expectation', id: past?.expectation ?? 0 });
    expect(model.ui.expectation).toBe(past?.expectation);
    model.select({ kind: 'will', id: armed?.id ?? 0 });
    expect(armed?.state).toBe('armed');
    expect(model.ui).toMatchObject({ tab: 'will', will: armed?.id, expectation: undefined });
  });

  it('selects with a packet the will that it carries, and with an expectation its will and its packet', () => {
    const model = modelOf(published().wire);
    const [will] = model.entities.wills.values();
    const connectSeq = will?.connectSeq ?? 0;
    model.select({ kind: 'packet', seq: connectSeq });
    expect(model.ui).toMatchObject({ tab: 'packet', packet: connectSeq, will: will?.id });
    model.select({ kind: 'expectation', id: will?.expectation ?? 0 });
    expect(model.ui).toMatchObject({ tab: 'why', packet: will?.publishSeq, will: will?.id });
    model.select({ kind: 'session', id: will?.session ?? 0 });
    expect(model.entities.expectations.get(model.ui.expectation ?? 0)?.kind).toBe('session-end');
  });

  it('forgets everything when the trace was cleared, the choice of filter apart', () => {
    const { wire } = cancelled();
    const model = modelOf(wire);
    model.setFilter('demo');
    model.select({ kind: 'packet', seq: 3 });
    model.receiveChanges({ ...new Wire().changes(), cleared: true });
    expect(model.records.size).toBe(0);
    expect(laneNames(model)).toEqual([]);
    expect(model.ui.packet).toBeUndefined();
    expect(model.filterText).toBe('demo');
  });

  it('drops what the trace has dropped', () => {
    const wire = new Wire({ byteBudget: 400_000 });
    const connection = wire.connect('demo', { clientId: 'demo' });
    const { model } = modelFor(wire);
    model.receiveState(wire.state());
    for (let round = 0; round < 60; round += 1) {
      for (let packet = 0; packet < 1000; packet += 1) {
        wire.pass(1);
        wire.toServer(connection, { type: 'pingreq' });
      }
      model.receiveChanges(wire.changes());
    }
    expect(model.stats.dropped).toBeGreaterThan(0);
    expect(model.records.size).toBeLessThan(model.stats.endSeq - 1);
    expect(model.index.count).toBe(model.records.size);
    expect(model.index.seqAt(0)).toBe(model.records.firstSeq);
  });

  it('spans the trace and what is due soon after it', () => {
    const { wire } = waiting();
    const model = modelOf(wire);
    const { fromMs, toMs } = model.extent() ?? { fromMs: 0, toMs: 0 };
    expect(fromMs).toBe(model.records.get(1)?.atMs);
    const dueAtMs = [...model.entities.expectations.values()].map((each) => each.dueAtMs ?? 0);
    expect(toMs).toBe(Math.max(...dueAtMs));
  });
});

describe('the model of a capture', () => {
  it('follows nothing, and nothing counts down: its time stands at its end', () => {
    const { wire } = waiting();
    const { model } = modelFor(wire);
    const endMs = wire.nowMs;
    model.receiveState(wire.captured());
    model.receiveChanges(wire.changes());
    model.setLive(true);
    wire.pass(60_000);
    expect(model.ui.live).toBe(false);
    expect(model.clock.now()).toBe(endMs);
    expect(countdownsOf(model.entities, model.recentlyDecided(endMs).ids).rows).toEqual([]);
    expect(model.takeUnannounced()).toEqual([]);
  });

  it('tells of what was pending that it is still open at the end, and has room for when it was due', () => {
    const { wire } = waiting();
    const { model } = modelFor(wire);
    model.receiveState(wire.captured());
    const open = [...model.entities.leftOpen].map((id) => model.entities.expectations.get(id));
    expect(open.map((each) => each && verdictWords(each, model.words))).toEqual([
      'still pending when the trace ends (undecided)',
      'still pending when the trace ends (undecided)',
    ]);
    const dueAtMs = Math.max(...open.map((each) => each?.dueAtMs ?? 0));
    expect(model.extent()?.toMs).toBe(dueAtMs);
  });
});
