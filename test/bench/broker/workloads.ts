/** What the load generator does to a broker; each is bounded in time and in what is under way. */
import { encoded, LoadClient } from './load-client.ts';

/** What a workload found. */
export interface Measured {
  /** Connections or deliveries a second. */
  readonly perSecond: number;
  /** How much of one core the generator itself took: near 1 it was the bottleneck. */
  readonly generatorLoad: number;
}

const warmUpMs = 500;
const measuredMs = 2_000;
const payload = Buffer.alloc(64, 0x78);

/** Publishers that each have a subscriber of their own. */
const pairs = 4;
const perWrite = 50;
/** Messages under way between a publisher and its subscriber. */
const underWay = 1_000;

const subscribersOfFanOut = 1_000;
const fanOutUnderWay = 20;

const dialling = 50;

/** Counts while the workload runs: after a time that does not count, for a time that does. */
async function measure(count: () => number): Promise<Measured> {
  await pause(warmUpMs);
  const cpu = process.cpuUsage();
  const from = performance.now();
  const before = count();
  await pause(measuredMs);
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (count() - before) / seconds, generatorLoad: (user + system) / 1e6 / seconds };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Connections that are accepted and given up again, a second. */
export async function connections(port: number): Promise<Measured> {
  let accepted = 0;
  let running = true;
  const dial = async (caller: number): Promise<void> => {
    for (let call = 0; running; call += 1) {
      const client = await LoadClient.open(port, `caller-${caller}-${call}`);
      accepted += 1;
      client.close();
    }
  };
  const calling = Array.from({ length: dialling }, (_, caller) => dial(caller));
  const measured = await measure(() => accepted);
  running = false;
  await Promise.all(calling);
  return measured;
}

/** Messages a second from publishers to their subscribers, at the QoS of both. */
export async function throughput(port: number, qos: 0 | 1 | 2): Promise<Measured> {
  const subscribers: LoadClient[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const topic = `load/${pair}/temperature`;
    const subscriber = await LoadClient.open(port, `subscriber-${pair}`);
    await subscriber.subscribe(topic, qos);
    subscribers.push(subscriber);
    const publisher = await LoadClient.open(port, `publisher-${pair}`);
    void publishing(publisher, subscriber, topic, qos);
  }
  return measure(() => subscribers.reduce((sum, each) => sum + each.received, 0));
}

/** Writes of several messages each, with every Packet Identifier that can be under way in turn. */
function writesOf(topic: string, qos: 0 | 1 | 2): readonly Buffer[] {
  return Array.from({ length: underWay / perWrite }, (_, write) =>
    Buffer.concat(
      Array.from({ length: perWrite }, (_each, index) =>
        encoded({
          type: 'publish',
          dup: false,
          qos,
          retain: false,
          topic,
          packetId: qos === 0 ? undefined : write * perWrite + index + 1,
          properties: [],
          payload,
        }),
      ),
    ),
  );
}

/**
 * Publishes to a subscriber, as much as may be under way between them at a time. Resolves when `count` messages have come
 * and their exchanges have ended; `count` is a multiple of the messages of one write.
 */
export function publishing(
  publisher: LoadClient,
  subscriber: LoadClient,
  topic: string,
  qos: 0 | 1 | 2,
  count = Number.POSITIVE_INFINITY,
): Promise<void> {
  const writes = writesOf(topic, qos);
  let sent = 0;
  let write = 0;
  return new Promise((resolve) => {
    const more = (): void => {
      const done = qos === 0 ? subscriber.received : Math.min(subscriber.received, publisher.completed);
      while (sent < count && sent - done <= underWay - perWrite) {
        publisher.socket.write(writes[write] ?? payload);
        write = (write + 1) % writes.length;
        sent += perWrite;
      }
      if (done >= count) resolve();
    };
    publisher.progressed = more;
    subscriber.progressed = more;
    more();
  });
}

/** Deliveries a second of one publisher's messages to a thousand subscribers, QoS 0. */
export async function fanOut(port: number): Promise<Measured> {
  const topic = 'load/fan-out';
  const publisher = await LoadClient.open(port, 'publisher');
  const [message = payload] = writesOf(topic, 0).map((write) => write.subarray(0, write.length / perWrite));
  let sent = 0;
  let received = 0;
  const more = (): void => {
    while ((sent - fanOutUnderWay) * subscribersOfFanOut < received) {
      publisher.socket.write(message);
      sent += 1;
    }
  };
  for (let index = 0; index < subscribersOfFanOut; index += 1) {
    const subscriber = await LoadClient.open(port, `subscriber-${index}`);
    await subscriber.subscribe(topic, 0);
    let before = 0;
    subscriber.progressed = () => {
      received += subscriber.received - before;
      before = subscriber.received;
      more();
    };
  }
  more();
  return measure(() => received);
}
