import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../../e2e/support/folders.ts';
import { type RunningBroker, untilOutput } from './sandbox.ts';

/** Starts aedes, the broker in JavaScript, as npm brings it, on loopback and a free port. */
export async function startAedes(): Promise<RunningBroker> {
  const program = join(projectFolder, 'test/interop/programs/aedes.mjs');
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | undefined>((settle) => {
    child.once('exit', (code) => settle(code ?? undefined));
  });
  const [, port] = await untilOutput(child, /listening on \S+:(\d+)\n/);
  return {
    address: { host: '127.0.0.1', port: Number(port) },
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
