/** A language server as a process, and the time from a keystroke to its diagnostics. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  ConfigurationRequest,
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

export interface Server {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly languageId: string;
  /** Its settings, by section. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export class LanguageClient {
  readonly #process: ChildProcess;
  readonly #connection: ProtocolConnection;
  readonly #languageId: string;
  #published: ((uri: string, count: number) => void) | undefined;

  private constructor(server: Server) {
    this.#languageId = server.languageId;
    this.#process = spawn(process.execPath, [server.command, ...server.arguments], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const { stdin, stdout } = this.#process;
    if (stdin === null || stdout === null) throw new Error('The server has no streams.');
    this.#connection = createProtocolConnection(
      new StreamMessageReader(stdout),
      new StreamMessageWriter(stdin),
    );
    this.#connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, diagnostics }) => {
      this.#published?.(uri, diagnostics.length);
    });
    this.#connection.onRequest(ConfigurationRequest.type, ({ items }) =>
      items.map(({ section = '' }) => server.settings[section] ?? null),
    );
    this.#connection.onRequest(RegistrationRequest.type, () => undefined);
    this.#connection.listen();
  }

  static async start(server: Server): Promise<LanguageClient> {
    const client = new LanguageClient(server);
    await client.#connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
        textDocument: { publishDiagnostics: { relatedInformation: true, versionSupport: true } },
      },
    });
    await client.#connection.sendNotification(InitializedNotification.type, {});
    return client;
  }

  /** The milliseconds from each keystroke to the diagnostics that it leads to: a letter comes and goes again. */
  async keystrokes(uri: string, text: string, offsets: readonly number[]): Promise<readonly number[]> {
    const document = TextDocument.create(uri, this.#languageId, 1, text);
    const opened = this.#next(uri, () => true);
    await this.#connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri, languageId: this.#languageId, version: 1, text },
    });
    const faults = await opened;
    const times: number[] = [];
    let version = 1;
    for (const offset of offsets) {
      const start = document.positionAt(offset);
      const end = { line: start.line, character: start.character + 1 };
      for (const [range, put, wanted] of [
        [{ start, end: start }, 'x', (count: number) => count > faults],
        [{ start, end }, '', (count: number) => count === faults],
      ] as const) {
        version += 1;
        const begun = performance.now();
        const told = this.#next(uri, wanted);
        await this.#connection.sendNotification(DidChangeTextDocumentNotification.type, {
          textDocument: { uri, version },
          contentChanges: [{ range, text: put }],
        });
        await told;
        times.push(performance.now() - begun);
      }
    }
    await this.#connection.sendNotification(DidCloseTextDocumentNotification.type, { textDocument: { uri } });
    return times;
  }

  #next(of: string, wanted: (count: number) => boolean): Promise<number> {
    return new Promise((resolve) => {
      this.#published = (uri, count) => {
        if (uri !== of || !wanted(count)) return;
        this.#published = undefined;
        resolve(count);
      };
    });
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    await this.#connection.sendRequest(ShutdownRequest.type);
    await this.#connection.sendNotification(ExitNotification.type);
    await ended;
    this.#connection.dispose();
  }
}
