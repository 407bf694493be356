/** Programs that capture, until they are ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();

/** Starts one and waits until it says that it captures. */
export async function capturing(...[command, ...args]: [string, ...string[]]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((settle, fail) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (/listening on|Capture started/.test(said)) settle();
    });
    child.once('error', fail);
    child.once('close', () => fail(new Error(`${command} cannot capture, which takes root:\n${said}`)));
  });
  running.add(child);
}

export async function endCapturing(): Promise<void> {
  for (const child of running) {
    const ended = once(child, 'close');
    child.kill('SIGINT');
    await ended;
    running.delete(child);
  }
}
