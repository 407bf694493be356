import { describe, expect, it } from 'vitest';
import { Faults } from '../../../src/session/faults.ts';
import { Story } from './support/story.ts';

describe('the faults of a connection, as the trace tells them', () => {
  it('remembers when one way was thawed, and the way that is left', () => {
    const faults = new Faults();
    faults.note(true, { kind: 'freeze', direction: 'both' }, 5, 100);
    faults.note(false, { kind: 'freeze', direction: 'toServer' }, 9, 200);
    const left = { direction: 'toClient', seq: 9, atMs: 200 };
    expect(faults.view()).toEqual([{ kind: 'freeze', direction: 'both', seq: 5, atMs: 100, left }]);
    expect(faults.holdingClient()).toBeUndefined();
    faults.note(false, { kind: 'freeze', direction: 'toClient' }, 12, 300);
    expect(faults.view()).toMatchObject([{ left, untilMs: 300, untilSeq: 12 }]);
  });

  it('is held back from the Server as long as one fault does so', () => {
    const faults = new Faults();
    faults.note(true, { kind: 'freeze', direction: 'both' }, 1, 100);
    faults.note(true, { kind: 'timeout', detail: '5000 ms' }, 2, 200);
    faults.note(false, { kind: 'freeze', direction: 'both' }, 3, 300);
    expect(faults.holdingClient()).toMatchObject({ kind: 'timeout', seq: 2 });
    faults.note(false, { kind: 'timeout' }, 4, 400);
    expect(faults.holdingClient()).toBeUndefined();
  });

  it('puts a second fault of a kind in the place of the first, on its way only', () => {
    const faults = new Faults();
    faults.note(true, { kind: 'freeze', direction: 'both' }, 1, 100);
    faults.note(true, { kind: 'freeze', direction: 'toClient' }, 2, 200);
    expect(faults.view()).toMatchObject([
      { seq: 1, left: { direction: 'toServer', seq: 2 } },
      { seq: 2, direction: 'toClient' },
    ]);
    expect(faults.holdingClient()).toMatchObject({ seq: 1 });
  });

  it('forgets what is over before what lasts', () => {
    const faults = new Faults();
    faults.note(true, { kind: 'freeze', direction: 'toServer' }, 1, 100);
    for (let seq = 2; seq < 200; seq += 2) {
      faults.note(true, { kind: 'drop_pingresp' }, seq, seq);
      faults.note(false, { kind: 'drop_pingresp' }, seq + 1, seq);
    }
    expect(faults.view()).toHaveLength(50);
    expect(faults.holdingClient()).toMatchObject({ seq: 1 });
  });
});

describe('a fault on a connection that the Server has ended', () => {
  it('is over when the tap takes it away, or lets go because both ends are gone', () => {
    const story = new Story();
    const demo = story.connected('demo');
    const fault = { kind: 'freeze', direction: 'both' } as const;
    const tell = (action: 'fault' | 'fault-cleared', gone?: true): number =>
      story.tell((rules, seq, atMs) =>
        rules.action(seq, atMs, action, { connection: demo.id, fault: gone ? { ...fault, gone } : fault }),
      );
    tell('fault');
    demo.serverClose();
    expect(story.entities.connections.get(demo.id)?.faults?.[0]?.untilMs).toBeUndefined();
    story.wait(60_000);
    const seq = tell('fault-cleared', true);
    expect(story.entities.connections.get(demo.id)?.faults).toMatchObject([{ untilSeq: seq, gone: true }]);
  });
});
