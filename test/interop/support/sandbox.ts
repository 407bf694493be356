import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '../../../src/check/target.ts';
import type { ServerAddress } from '../../../src/check/wire-client.ts';
import { projectFolder } from '../../e2e/support/folders.ts';

const bundle = join(projectFolder, 'dist', 'cli.js');

/** A broker in a process of its own, until `stop`. */
export interface RunningBroker {
  readonly address: ServerAddress;
  /** What it asks Clients for; undefined when anybody may connect. */
  readonly credentials?: Credentials | undefined;
  /** Ends it, and resolves to its exit code; undefined when it was ended by a signal. */
  stop(): Promise<number | undefined>;
}

export interface RunningSandbox extends RunningBroker {
  /** The port of each listener, by the scheme of its address. */
  readonly ports: Readonly<Record<string, number>>;
}

/** Starts `mqtt-session sandbox` as it is delivered, and waits for its line of each listener. */
export async function startSandbox(...args: string[]): Promise<RunningSandbox> {
  if (!existsSync(bundle)) throw new Error(`${bundle} is not there: run npm run build.`);
  const child = spawn(process.execPath, [bundle, 'sandbox', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const listeners = 1 + args.filter((arg) => arg.endsWith('-port')).length;
  const [lines] = await untilOutput(child, new RegExp(`(listening on \\S+\\s+){${listeners}}`));
  const exited = new Promise<number | undefined>((settle) => {
    child.once('exit', (code) => settle(code ?? undefined));
  });
  const addresses = [...lines.matchAll(/(\w+):\/\/127\.0\.0\.1:(\d+)/g)];
  const ports = Object.fromEntries(addresses.map(([, scheme = '', port]) => [scheme, Number(port)]));
  return {
    ports,
    address: { host: '127.0.0.1', port: ports['mqtt'] ?? 0 },
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** Waits until a program has written what `wanted` matches. Rejects with all it wrote when it ends before. */
export function untilOutput(child: ChildProcess, wanted: RegExp): Promise<RegExpExecArray> {
  return new Promise((settle, fail) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = wanted.exec(output);
      if (match !== null) settle(match);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', fail);
    child.once('exit', (code, signal) => fail(new Error(`It ended with ${code ?? signal}:\n${output}`)));
  });
}
