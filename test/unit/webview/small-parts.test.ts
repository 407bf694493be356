import { describe, expect, it } from 'vitest';
import {
  asciiByte,
  fieldOfByte,
  fieldsNamed,
  flattenFields,
  hexText,
} from '../../../src/webview/model/fields.ts';
import { HostClock } from '../../../src/webview/model/host-clock.ts';
import { neighbourExpectation, neighbourPacket } from '../../../src/webview/model/neighbours.ts';
import type { Part } from '../../../src/webview/model/page-model.ts';
import { freshPage, readSaved } from '../../../src/webview/model/ui-state.ts';
import { FrameScheduler, type FrameSource } from '../../../src/webview/view/scheduler.ts';
import { published } from '../../e2e/page/support/stories.ts';
import { modelOf } from './support.ts';

describe('fields beside bytes', () => {
  const { wire } = published();
  const model = modelOf(wire);
  const connectSeq = [...model.entities.wills.values()][0]?.connectSeq ?? 0;
  const details = wire.details(connectSeq);
  const rows = flattenFields(details?.fields ?? []);
  const nameOf = (offset: number): string => rows[fieldOfByte(rows, offset) ?? -1]?.field.name ?? '';

  it('find the field of each byte, and the group of bits that share one', () => {
    expect(nameOf(0)).not.toBe('');
    expect(nameOf(9)).toBe('Connect Flags');
    const all = (details?.bytes ?? new Uint8Array(0)).keys();
    for (const offset of all) expect(nameOf(offset), `byte ${offset}`).not.toBe('');
  });

  it('pick the fields of the will, with the flags that belong to it', () => {
    const picked = flattenFields(fieldsNamed(details?.fields ?? [], 'Will')).map(({ field }) => field.name);
    expect(picked).toContain('Will Retain');
    expect(picked).toContain('Will Topic');
    expect(picked).toContain('Will Delay Interval');
    expect(picked).not.toContain('Clean Start');
  });

  it('never hold a password', () => {
    expect(hexText(details?.bytes ?? new Uint8Array(0))).not.toContain('63 6f 72 72 65 63 74');
    expect(JSON.stringify(details?.fields)).not.toContain('correct horse');
  });

  it('show what cannot be printed as a dot', () => {
    expect([0x41, 0x00, 0x7f, 0xe9].map(asciiByte).join('')).toBe('A···');
  });
});

describe('the host’s clock', () => {
  it('is that of the message which came fastest', () => {
    let page = 1000;
    const clock = new HostClock(() => page);
    clock.heard(51_000 - 40);
    page = 2000;
    clock.heard(52_000 - 3);
    page = 3000;
    clock.heard(53_000 - 80);
    expect(clock.now()).toBe(52_997);
  });

  it('follows a clock that was set back', () => {
    const clock = new HostClock(() => 1000);
    clock.heard(500_000);
    clock.heard(100_000);
    expect(clock.now()).toBe(100_000);
  });
});

describe('the neighbour', () => {
  const model = modelOf(published().wire);
  const demo = model.entities.lane(model.layout.lanes[1]?.key ?? '');

  it('of a packet is the next one of the same lane, both directions together', () => {
    if (demo === undefined) throw new Error('There should be a lane.');
    const order: number[] = [];
    let seq = neighbourPacket(demo, model.index, undefined, 1);
    while (seq !== undefined) {
      order.push(seq);
      seq = neighbourPacket(demo, model.index, seq, 1);
    }
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).toHaveLength(5);
    expect(neighbourPacket(demo, model.index, undefined, -1)).toBe(order.at(-1));
    expect(neighbourPacket(demo, model.index, order[1], -1)).toBe(order[0]);
  });

  it('of an expectation is the next one that came', () => {
    const ids = [...model.entities.expectations.keys()];
    expect(neighbourExpectation(model.entities, undefined, undefined, 1)).toBe(ids[0]);
    expect(neighbourExpectation(model.entities, demo, demo?.expectations[0], 1)).toBe(demo?.expectations[1]);
    expect(neighbourExpectation(model.entities, undefined, ids.at(-1), 1)).toBeUndefined();
  });
});

describe('what the page saved', () => {
  it('is taken value by value, with defaults for what is none', () => {
    expect(readSaved(undefined)).toEqual(freshPage);
    const nonsense = {
      tab: 'nonsense',
      live: 'yes',
      spanMs: -4,
      detailsShare: 7,
      sort: 'up',
      pinned: 'demo',
    };
    expect(readSaved({ ...nonsense, filter: 'demo' })).toEqual({ ...freshPage, filter: 'demo' });
    const sound = { tab: 'why', live: false, spanMs: 500, detailsShare: 0.3, sort: 'name' };
    expect(readSaved({ ...sound, pinned: ['a', 7] })).toEqual({ ...sound, filter: '', pinned: ['a'] });
  });
});

describe('the scheduler', () => {
  class Frames implements FrameSource {
    readonly frames: (() => void)[] = [];
    readonly timers: { readonly ms: number; readonly run: () => void; cancelled: boolean }[] = [];

    requestFrame(run: () => void): void {
      this.frames.push(run);
    }

    after(ms: number, run: () => void): () => void {
      const timer = { ms, run, cancelled: false };
      this.timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    }
  }

  it('asks for one frame however much changes, and for none while nothing does', () => {
    const frames = new Frames();
    const drawn: Part[][] = [];
    const scheduler = new FrameScheduler(frames, (parts) => {
      drawn.push([...parts]);
      return undefined;
    });
    scheduler.invalidate(['canvas']);
    scheduler.invalidate(['list', 'canvas']);
    expect(frames.frames).toHaveLength(1);
    frames.frames[0]?.();
    expect(drawn).toEqual([['canvas', 'list']]);
    expect(frames.frames).toHaveLength(1);
    expect(frames.timers).toHaveLength(0);
  });

  it('sleeps until what runs looks different, and wakes early when something changes', () => {
    const frames = new Frames();
    const scheduler = new FrameScheduler(frames, () => 100);
    scheduler.invalidate(['strip']);
    frames.frames[0]?.();
    expect(frames.timers.map(({ ms }) => ms)).toEqual([83]);
    scheduler.invalidate(['list']);
    expect(frames.timers[0]?.cancelled).toBe(true);
    expect(frames.frames).toHaveLength(2);
  });
});
