import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A command with its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** What a program prints: one of these a line, as JSON. */
export interface ProgramEvent {
  readonly event: string;
  readonly [key: string]: unknown;
}

interface Waiting {
  readonly event: string;
  readonly settle: (event: ProgramEvent) => void;
  readonly fail: (error: Error) => void;
}

const running = new Set<Program>();

/** Ends every program that still runs: those of a test that failed half-way. */
export async function endPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.kill()));
}

/** A client program that runs: it tells what happens in JSON lines, and does one step for each line it is given. */
export class Program {
  readonly events: ProgramEvent[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: Waiting[] = [];
  /** By the name of the event. */
  readonly #taken = new Map<string, number>();
  #errors = '';
  #ended = false;
  /** Resolves to its exit code, or to the signal that ended it. */
  readonly exited: Promise<number | string>;

  constructor([program, ...args]: Command, cwd?: string) {
    this.#child = spawn(program, args, { cwd, stdio: 'pipe' });
    running.add(this);
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
    const lines = createInterface({ input: this.#child.stdout });
    lines.on('line', (line) => this.#line(line));
    this.exited = new Promise((settle, fail) => {
      this.#child.once('error', fail);
      this.#child.once('close', (code, signal) => {
        this.#ended = true;
        running.delete(this);
        settle(code ?? signal ?? 'unknown');
        const ended = new Error(`The program ended with ${code ?? signal}. ${this.#story()}`);
        for (const { fail: refuse } of this.#waiting.splice(0)) refuse(ended);
      });
    });
  }

  /**
   * The next event of this name that was not waited for yet, whatever else happened before or since: a library may tell
   * of a message before its call returns. Rejects when the program ends without it.
   */
  next(event: string): Promise<ProgramEvent> {
    const taken = this.#taken.get(event) ?? 0;
    this.#taken.set(event, taken + 1);
    const happened = this.all(event)[taken];
    if (happened !== undefined) return Promise.resolve(happened);
    if (this.#ended) return Promise.reject(new Error(`No "${event}" was told. ${this.#story()}`));
    return new Promise((settle, fail) => this.#waiting.push({ event, settle, fail }));
  }

  /** Waits until it has written a line like this, which is no JSON. Rejects when it ends without. */
  async line(like: RegExp): Promise<string> {
    for (;;) {
      const { line } = await this.next('output');
      if (typeof line === 'string' && like.test(line)) return line;
    }
  }

  /** Every event of this name so far. */
  all(event: string): readonly ProgramEvent[] {
    return this.events.filter((each) => each.event === event);
  }

  /** Lets it do its next step. */
  go(): void {
    this.#child.stdin.write('go\n');
  }

  /** Gives it all that it reads from its standard input. */
  feed(input: string): void {
    this.#child.stdin.end(input);
  }

  /** Ends it as a crash would: no DISCONNECT is sent. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Sends it a signal, and does not wait for what it makes of it. */
  signal(signal: 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  #line(line: string): void {
    const happened: ProgramEvent = line.startsWith('{') ? JSON.parse(line) : { event: 'output', line };
    this.events.push(happened);
    const index = this.#waiting.findIndex((each) => each.event === happened.event);
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    waiting?.settle(happened);
  }

  #story(): string {
    return `It told ${JSON.stringify(this.events)} and wrote: ${this.#errors || 'nothing'}`;
  }
}

/** Runs a command to its end. Rejects with what it wrote when it fails. */
export async function run(command: Command, cwd?: string): Promise<string> {
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail);
    child.once('close', settle);
  });
  if (code !== 0) throw new Error(`\`${command.join(' ')}\` ended with ${code}:\n${output}`);
  return output;
}
