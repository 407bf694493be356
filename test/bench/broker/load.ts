/** The load generator, a process of its own: `load WORKLOAD PORT` prints what it measured as JSON. */
import { connections, fanOut, type Measured, throughput } from './workloads.ts';

const workloads = {
  connections,
  qos0: (port) => throughput(port, 0),
  qos1: (port) => throughput(port, 1),
  qos2: (port) => throughput(port, 2),
  fanOut,
} as const satisfies Record<string, (port: number) => Promise<Measured>>;

export type Workload = keyof typeof workloads;

function isWorkload(name: string | undefined): name is Workload {
  return name !== undefined && name in workloads;
}

const [name, port] = process.argv.slice(2);
if (!isWorkload(name)) throw new Error(`There is no workload ${name}.`);
process.stdout.write(JSON.stringify(await workloads[name](Number(port))), () => process.exit());
