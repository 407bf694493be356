import { describe, expect, it } from 'vitest';
import { encodePacket } from '../../../src/mqtt/encode.ts';
import { TCP_FLAG } from '../../../src/trace/capture/segment-header.ts';
import { RECORD } from '../../../src/trace/model.ts';
import { publish } from '../trace/support.ts';
import { pcapOf } from './frames.ts';
import { reopen } from './support.ts';
import { Wire } from './wire.ts';

const { syn, ack, rst, fin } = TCP_FLAG;

/** Its connections: how many packets each had, how it ended, and how much was missing. */
function told({ packets }: Wire): unknown {
  const { recording, summary } = reopen(pcapOf(packets));
  const connections = new Map<number, { packets: number; end: string }>();
  for (const record of recording.records()) {
    const known = connections.get(record.connection) ?? { packets: 0, end: 'open' };
    if (record.kind === RECORD.packet) known.packets += 1;
    if (record.kind === RECORD.closed) known.end = `${record.end.how} by ${record.end.by}`;
    connections.set(record.connection, known);
  }
  return { connections: [...connections.values()], gaps: summary.gaps };
}

const notSeen = { packets: 2, end: 'error by unknown' };
const open = { packets: 2, end: 'open' };

describe('ports that are used again', () => {
  it('by a Client that has restarted, of whose old connection the Server still knows', () => {
    const wire = new Wire().greeted(1000, 5_000_000, 'before');
    // The Server answers what it takes for a segment of the old connection; the Client resets that, and asks again.
    wire.fromClient(syn, 3_000_000_000, 0).fromServer(ack, 5_000_006, 1022).fromClient(rst, 1022, 0);
    wire.greeted(3_000_000_000, 77_000_000, 'after');
    expect(told(wire)).toEqual({ connections: [notSeen, open], gaps: 0 });
  });

  it('by a Client that begins with the same sequence number each time', () => {
    const wire = new Wire().greeted(6510, 5_000_000, 'before').greeted(6510, 77_000_000, 'after');
    expect(told(wire)).toEqual({ connections: [notSeen, open], gaps: 0 });
  });

  it('while the capture misses how the second connection was asked for', () => {
    const wire = new Wire().greeted(1000, 5_000_000, 'before').answered(3_000_000_000, 77_000_000, 'after');
    expect(told(wire)).toEqual({ connections: [notSeen, open], gaps: 0 });
  });

  it('are one connection when only its beginning is repeated, in whatever order', () => {
    const once = new Wire().greeted(1000, 5_000_000, 'demo').packets;
    const [asked, answered] = once;
    for (const begun of [
      [asked, asked, answered, answered],
      [answered, asked],
      [asked, answered, asked],
    ]) {
      const wire = new Wire();
      wire.packets.push(...[...begun, ...once.slice(2)].filter((packet) => packet !== undefined));
      expect(told(wire)).toEqual({ connections: [open], gaps: 0 });
    }
  });
});

describe('segments of somebody else', () => {
  const said = encodePacket(publish(), 5);

  it('end no connection when they reset it with a number from far away', () => {
    const wire = new Wire().greeted(1000, 5_000_000, 'demo');
    wire.fromServer(rst, 2_000_000_000, 0).fromServer(ack, 5_000_006, 1020, said);
    expect(told(wire)).toEqual({ connections: [{ packets: 3, end: 'open' }], gaps: 0 });
  });

  it('do end it with a number that the receiver takes', () => {
    const wire = new Wire().greeted(1000, 5_000_000, 'demo').fromServer(rst, 5_000_006, 0);
    expect(told(wire)).toEqual({ connections: [{ packets: 2, end: 'reset by server' }], gaps: 0 });
  });

  it('make nothing missing by acknowledging what was never sent', () => {
    const wire = new Wire().greeted(1000, 5_000_000, 'demo');
    for (let times = 0; times < 40; times += 1) wire.fromClient(ack, 1020, 900_000_000);
    wire.fromServer(fin | ack, 5_000_006, 1020, said);
    expect(told(wire)).toEqual({ connections: [{ packets: 3, end: 'fin by server' }], gaps: 0 });
  });
});

describe('a DISCONNECT that stands behind the ends of both sides in the capture', () => {
  const goodbye = Uint8Array.of(0xe0, 0);
  const ended = (): Wire => {
    const wire = new Wire().greeted(1000, 5_000_000, 'demo');
    return wire.fromClient(fin | ack, 1022, 5_000_006).fromServer(fin | ack, 5_000_006, 1023);
  };

  it('is seen before the end, which is that of the Client', () => {
    const wire = ended().fromClient(ack, 1020, 5_000_006, goodbye);
    expect(told(wire)).toEqual({ connections: [{ packets: 3, end: 'fin by client' }], gaps: 0 });
  });

  it('is missing when it never comes', () => {
    expect(told(ended())).toEqual({ connections: [{ packets: 2, end: 'fin by client' }], gaps: 1 });
  });

  it('is not waited for when others are much later', () => {
    const wire = ended();
    for (let count = 0; count < 5; count += 1) wire.fromServer(ack, 5_000_007, 1023);
    wire.fromClient(ack, 1020, 5_000_006, goodbye);
    expect(told(wire)).toEqual({ connections: [{ packets: 2, end: 'fin by client' }], gaps: 1 });
  });
});
