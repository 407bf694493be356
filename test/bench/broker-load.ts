/**
 * The sandbox broker beside Mosquitto and aedes: connections, messages at each QoS, and fan-out, all in 3.1.1, which aedes
 * speaks. Every broker is a process of its own and so is the load generator.
 */
import type { Workload } from './broker/load.ts';
import {
  type BenchBroker,
  bundled,
  load,
  startAedes,
  startMosquitto,
  startOurs,
} from './broker/processes.ts';
import { median, type Report } from './measure.ts';

const ROUNDS = 3;

interface Line {
  readonly workload: Workload;
  readonly name: string;
  readonly unit: string;
  /** The least share of Mosquitto's figure. */
  readonly leastOfMosquitto?: number;
}

const lines: readonly Line[] = [
  { workload: 'connections', name: 'connections accepted', unit: 'connections/s' },
  { workload: 'qos0', name: 'messages at QoS 0', unit: 'messages/s', leastOfMosquitto: 0.5 },
  { workload: 'qos1', name: 'messages at QoS 1', unit: 'messages/s' },
  { workload: 'qos2', name: 'messages at QoS 2', unit: 'messages/s' },
  { workload: 'fanOut', name: 'fan-out to 1,000 subscribers', unit: 'deliveries/s' },
];

export async function bench(report: Report): Promise<void> {
  const generator = await bundled('test/bench/broker/load.ts');
  const starts = [startOurs, startMosquitto, startAedes];
  for (const line of lines) {
    const figures = starts.map((): number[] => []);
    const loads: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, start] of starts.entries()) {
        const { perSecond, generatorLoad } = await measured(await start(), generator, line.workload);
        figures[index]?.push(perSecond);
        loads.push(generatorLoad);
      }
    }
    const [ours = 0, mosquitto = 0, aedes = 0] = figures.map(median);
    compare(report, line, ours, 'aedes', aedes, 1);
    compare(report, line, ours, 'Mosquitto', mosquitto, line.leastOfMosquitto);
    console.log(`      the load generator took at most ${Math.max(...loads).toFixed(2)} of a core`);
  }
}

async function measured(broker: BenchBroker, generator: string, workload: Workload) {
  try {
    return await load(generator, workload, broker.port);
  } finally {
    await broker.stop();
  }
}

function compare(
  report: Report,
  { name, unit }: Line,
  value: number,
  yardstick: string,
  yardstickValue: number,
  least: number | undefined,
): void {
  const ratio = value / yardstickValue;
  report({
    name: `sandbox broker, ${name}`,
    value,
    unit,
    yardstick: `${yardstick}, ${unit}`,
    yardstickValue,
    ratio,
    bar: least === undefined ? 'none, to know' : `at least ${least} times`,
    met: least === undefined || ratio >= least,
  });
}
