/**
 * A crowd: many sessions and very many packets, made inside the page, since a million records are not sent well from
 * outside. Runs in the page: it may use nothing from this file but its parameter.
 */
import type { TimelinePage } from './harness.ts';

export interface Flood {
  readonly sessions: number;
  readonly packets: number;
  /** How long the trace is, up to now, in milliseconds. */
  readonly spanMs: number;
}

/** Fills the page, batch by batch as the host would, and waits until it has drawn. */
export async function pourInto(timeline: TimelinePage, flood: Flood): Promise<void> {
  await timeline.page.evaluate(async ({ sessions, packets, spanMs }) => {
    const nowMs = Date.now();
    const fromMs = nowMs - spanMs;
    const server = 'broker.example:1883';
    const stats = { firstSeq: 1, endSeq: packets + 1, bytes: packets * 100, byteBudget: 1e9, dropped: 0 };
    const connections = [];
    const sessionViews = [];
    const wills = [];
    for (let id = 1; id <= sessions; id += 1) {
      const clientId = `device-${String(id).padStart(5, '0')}`;
      const openedAtMs = fromMs + (id / sessions) * spanMs * 0.2;
      connections.push({
        id,
        server,
        clientId,
        label: '',
        version: 5,
        cleanStart: true,
        openedAtMs,
        openedSeq: id,
        connectSeq: id,
        acceptedAtMs: openedAtMs + 5,
        keepAliveSeconds: 60,
        session: id,
      });
      const same = { id, server, clientId, version: 5, connection: id };
      sessionViews.push({
        ...same,
        startedAtMs: openedAtMs,
        startedSeq: id,
        state: 'connected',
        sessionExpiryInterval: 3600,
      });
      wills.push({
        ...same,
        session: id,
        connectSeq: id,
        topic: `state/${clientId}`,
        payloadPreview: 'offline',
        payloadLength: 7,
        qos: 0,
        retain: false,
        willDelayInterval: 30,
        armedAtMs: openedAtMs + 5,
        state: 'armed',
      });
    }
    const state = {
      strings: {},
      statements: [],
      locale: 'en',
      entities: { connections, sessions: sessionViews, wills, expectations: [], insights: [] },
      clients: [],
      stats,
      nowMs,
    };
    window.postMessage({ type: 'state', state }, '*');
    // The cheap generator of Park and Miller: the same crowd each time.
    let seed = 20_251_121;
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const types = [0x30, 0x30, 0x30, 0x30, 0x30, 0x32, 0x40, 0xc0, 0xd0, 0x82];
    const batchSize = 20_000;
    const topics = Array.from({ length: 500 }, (_, index) => `sensors/room-${index}/temperature`);
    for (let first = 1; first <= packets; first += batchSize) {
      const count = Math.min(batchSize, packets - first + 1);
      const batch = {
        firstSeq: first,
        count,
        atMs: new Float64Array(count),
        connection: new Uint32Array(count),
        kind: new Uint8Array(count),
        direction: new Uint8Array(count),
        firstByte: new Uint8Array(count),
        length: new Uint32Array(count),
        packetId: new Uint16Array(count),
        reasonCode: new Uint8Array(count),
        topic: new Int32Array(count).fill(-1),
        newTopics: first === 1 ? topics : [],
      };
      for (let i = 0; i < count; i += 1) {
        const seq = first + i;
        const type = seq <= sessions ? 0x10 : (types[Math.floor(random() * types.length)] ?? 0x30);
        batch.atMs[i] = fromMs + (seq / packets) * spanMs;
        batch.connection[i] = seq <= sessions ? seq : 1 + Math.floor(random() * sessions);
        batch.direction[i] = type === 0xd0 || type === 0x40 || random() < 0.3 ? 1 : 0;
        batch.firstByte[i] = type;
        batch.length[i] = 20 + Math.floor(random() * 180);
        if (type >> 4 === 3) batch.topic[i] = Math.floor(random() * topics.length);
      }
      window.postMessage(
        {
          type: 'changes',
          records: batch,
          entities: { connections: [], sessions: [], wills: [], expectations: [], insights: [] },
          stats,
          nowMs: Date.now(),
        },
        '*',
      );
      await new Promise((done) => setTimeout(done, 0));
    }
  }, flood);
  await timeline.settle();
}
