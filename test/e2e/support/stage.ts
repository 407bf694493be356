/** What the stories have in common: a copy of the samples, a VS Code on it, and the actions of a user in words. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { projectFolder, temporaryFolder } from './folders.ts';
import type { Timeline } from './timeline.ts';
import { Workbench, type WorkbenchOptions } from './workbench.ts';

/** Call at the head of a `describe`: a failed test leaves a picture of what was on the screen. */
export function pictureOfFailures(stage: () => Stage | undefined): void {
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') {
      await stage()?.workbench.screenshot(`failed-${task.name.replace(/\W+/g, '-').slice(0, 60)}`);
    }
  });
}

/** Settings with which the terminal is drawn as text, so that it can be read. */
export const readableTerminal = {
  'terminal.integrated.gpuAcceleration': 'off',
  'terminal.integrated.initialHint': false,
  'terminal.integrated.suggest.enabled': false,
} as const;

export class Stage {
  readonly workbench: Workbench;
  readonly #folder: ReturnType<typeof temporaryFolder>;
  #timeline: Timeline | undefined;

  private constructor(workbench: Workbench, folder: ReturnType<typeof temporaryFolder>) {
    this.workbench = workbench;
    this.#folder = folder;
  }

  /**
   * Opens VS Code on a copy of the samples.
   * @param options.broker what to put in the one line that names the broker, in every sample
   * @param options.files more files, by name
   */
  static async open(
    options: {
      readonly broker?: string;
      readonly files?: Readonly<Record<string, string>>;
    } & Partial<WorkbenchOptions> = {},
  ): Promise<Stage> {
    const folder = temporaryFolder('story');
    cpSync(join(projectFolder, 'samples'), folder.path, { recursive: true });
    for (const name of ['will-delay', 'presence', 'keep-alive']) {
      const path = join(folder.path, `${name}.mqtt.yaml`);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(/^( {2}broker:) sandbox\b.*$/m, `$1 ${options.broker ?? 'sandbox'}`));
    }
    for (const [name, text] of Object.entries(options.files ?? {}))
      writeFileSync(join(folder.path, name), text);
    const workbench = await Workbench.open({ ...options, folder: folder.path });
    return new Stage(workbench, folder);
  }

  /** Writes a file into the folder, as another program would. */
  write(name: string, text: string): void {
    writeFileSync(join(this.#folder.path, name), text);
  }

  /** Where a file of the folder is. */
  path(name: string): string {
    return join(this.#folder.path, name);
  }

  remove(name: string): void {
    rmSync(join(this.#folder.path, name));
  }

  async close(): Promise<void> {
    await this.workbench.close();
    this.#folder.remove();
  }

  get timeline(): Timeline {
    if (this.#timeline === undefined)
      throw new Error('Nothing is connected yet, so the timeline is not open.');
    return this.#timeline;
  }

  /** `MQTT: Connect`, and waits until the page shows the client as connected. */
  async connect(profile: string, clientId = profile): Promise<void> {
    await this.workbench.choose('MQTT: Connect', profile);
    await this.openTimeline();
    await this.timeline.track(clientId, 'connection', /connected since/);
  }

  /** Waits for the page that a command has opened. */
  async openTimeline(): Promise<Timeline> {
    this.#timeline ??= await this.workbench.timeline();
    return this.#timeline;
  }

  /** A command on one client; `asks` says whether there are several that it could mean. */
  async act(title: string, client: string, { asks = true } = {}): Promise<void> {
    if (asks) await this.workbench.choose(`MQTT: ${title}`, client);
    else await this.workbench.command(`MQTT: ${title}`);
  }

  /** `MQTT: Explain Session`, and the text of Why once it says all of this. `what` is undefined when there is but one thing to explain. */
  async explain(what: string | undefined, ...says: (string | RegExp)[]): Promise<string> {
    const title = 'MQTT: Explain Session';
    if (what === undefined) await this.workbench.command(title);
    else await this.workbench.choose(title, what);
    return this.timeline.why(...says);
  }
}
