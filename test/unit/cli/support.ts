import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildCommand } from '../../../scripts/build.mjs';
import { temporaryFolder } from '../../e2e/support/folders.ts';

/** The command as a process of its own, which is killed in the end if it runs. */
export interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number>;
  /** The addresses it listens on, once it has said so. */
  listening(): Promise<readonly string[]>;
  /** Resolves once the output on standard error matches. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves once the output on standard output matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

/** The command, built; and a folder for files. */
export async function buildCli(): Promise<{
  readonly folder: string;
  run(...args: string[]): Run;
  remove(): Promise<void>;
}> {
  const folder = temporaryFolder('cli');
  await buildCommand(folder.path);
  const bundle = join(folder.path, 'dist', 'cli.js');
  const runs: Run[] = [];
  return {
    folder: folder.path,
    run: (...args) => {
      const started = start(bundle, args);
      runs.push(started);
      return started;
    },
    remove: async () => {
      for (const { child } of runs) child.kill('SIGKILL');
      await Promise.all(runs.map(({ ended }) => ended));
      folder.remove();
    },
  };
}

function start(bundle: string, args: readonly string[]): Run {
  const child = spawn(process.execPath, [bundle, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return {
    child,
    out: () => out,
    err: () => err,
    ended: once(child, 'close').then(([code]) => code),
    listening: async () => {
      while (!out.endsWith('\n')) {
        const [event] = await Promise.race([
          once(child.stdout, 'data').then(() => ['data']),
          once(child, 'close').then(() => ['close']),
        ]);
        if (event === 'close' && out === '') throw new Error(`The command ended: ${err}`);
      }
      return out
        .trimEnd()
        .split('\n')
        .map((line) => line.replace('listening on ', ''));
    },
    printed: async (pattern) => {
      for (;;) {
        const found = pattern.exec(out);
        if (found !== null) return found;
        await once(child.stdout, 'data');
      }
    },
    said: async (pattern) => {
      for (;;) {
        const found = pattern.exec(err);
        if (found !== null) return found;
        await once(child.stderr, 'data');
      }
    },
  };
}
