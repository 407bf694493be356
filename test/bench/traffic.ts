/** The bytes that the benches read: 5.0 traffic of one connection, 95 % of it small PUBLISH packets. */
import { generate } from 'mqtt-packet';

const generated = { protocolVersion: 5 } as const;

export interface Traffic {
  /** A CONNECT, to be read first. */
  readonly connect: Uint8Array;
  /** The packets behind it, each by itself. */
  readonly packets: readonly Uint8Array[];
  /** The same, one behind the other. */
  readonly bytes: Uint8Array;
}

/** `count` packets; `payloadBytes` is the mean size of a PUBLISH's payload. The same every time. */
export function traffic(count: number, payloadBytes: number): Traffic {
  const random = seeded(1);
  const packets = Array.from({ length: count }, (_, index) =>
    random() < 0.95 ? publish(index, random, payloadBytes) : other(index),
  );
  const connect = generate(
    { cmd: 'connect', protocolVersion: 5, clientId: 'bench', clean: true, keepalive: 60 },
    generated,
  );
  return { connect, packets, bytes: new Uint8Array(Buffer.concat(packets)) };
}

function publish(index: number, random: () => number, payloadBytes: number): Buffer {
  const qos = random() < 0.5 ? 0 : 1;
  const payload = Buffer.alloc(Math.round(payloadBytes * (0.5 + random())), 0x61);
  const topic = `plant/line${index % 7}/sensor${index % 200}/value`;
  const packet = { cmd: 'publish', topic, payload, qos, dup: false, retain: false } as const;
  return generate(qos === 0 ? packet : { ...packet, messageId: (index % 65_535) + 1 }, generated);
}

function other(index: number): Buffer {
  const messageId = (index % 65_535) + 1;
  return index % 3 === 0
    ? generate({ cmd: 'pingreq' }, generated)
    : generate({ cmd: 'puback', messageId }, generated);
}

/** A linear congruential generator: the benches need no better. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
