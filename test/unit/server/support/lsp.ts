/** A language client over the real protocol, in memory, and texts with the caret in them. */
import { PassThrough } from 'node:stream';
import { afterEach } from 'vitest';
import {
  type ClientCapabilities,
  createConnection,
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  type InitializeParams,
  InitializeRequest,
  type InitializeResult,
  type MessageReader,
  type MessageWriter,
  type Position,
  ProposedFeatures,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { profileLanguageId } from '../../../../src/server/messages.ts';
import { serveProfiles } from '../../../../src/server/profile-server.ts';

export const uri = 'file:///lab/demo.mqtt.yaml';

/** A client, which hands out diagnostics in the order they come. */
export class Client {
  readonly connection: ProtocolConnection;
  initialized: InitializeResult | undefined;
  readonly #arrived: PublishDiagnosticsParams[] = [];
  readonly #waiting: ((params: PublishDiagnosticsParams) => void)[] = [];

  constructor(reader: MessageReader, writer: MessageWriter) {
    this.connection = createProtocolConnection(reader, writer);
    this.connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#arrived.push(params);
      else next(params);
    });
    this.connection.listen();
  }

  async initialize(params: Partial<InitializeParams> = {}): Promise<InitializeResult> {
    const result = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      ...params,
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    this.initialized = result;
    return result;
  }

  open(text: string, at = uri, version = 1): Promise<void> {
    return this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri: at, languageId: profileLanguageId, version, text },
    });
  }

  change(version: number, contentChanges: TextDocumentContentChangeEvent[], at = uri): Promise<void> {
    return this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: at, version },
      contentChanges,
    });
  }

  close(at = uri): Promise<void> {
    return this.connection.sendNotification(DidCloseTextDocumentNotification.type, {
      textDocument: { uri: at },
    });
  }

  nextDiagnostics(): Promise<PublishDiagnosticsParams> {
    const next = this.#arrived.shift();
    return next === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(next);
  }

  /** The next diagnostics that fit; those before them are dropped. */
  async diagnosticsWhere(
    fits: (params: PublishDiagnosticsParams) => boolean,
  ): Promise<PublishDiagnosticsParams> {
    for (;;) {
      const params = await this.nextDiagnostics();
      if (fits(params)) return params;
    }
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
  }
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** A server and a client for one test. `capabilities` beyond the plainest are the test's own. */
export async function start(params: Partial<InitializeParams> = {}): Promise<Client> {
  const client = connect();
  await client.initialize(params);
  return client;
}

/** As `start`, before `initialize`: for what the client has to be ready to answer by then. */
export function connect(): Client {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const server = createConnection(
    ProposedFeatures.all,
    new StreamMessageReader(toServer),
    new StreamMessageWriter(toClient),
  );
  serveProfiles(server);
  const client = new Client(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  cleanups.push(() => {
    client.connection.dispose();
    server.dispose();
  });
  return client;
}

export const snippetClient: ClientCapabilities = {
  textDocument: { completion: { completionItem: { snippetSupport: true } } },
  workspace: { workspaceEdit: { documentChanges: true } },
};

export interface Caret {
  readonly text: string;
  readonly position: Position;
  readonly document: TextDocument;
}

/** Takes the first `|` out of a text, and says where it stood. */
export function caretIn(marked: string, mark = '|'): Caret {
  const offset = marked.indexOf(mark);
  if (offset === -1) throw new Error(`There is no ${mark} in ${marked}`);
  const text = marked.slice(0, offset) + marked.slice(offset + mark.length);
  const document = TextDocument.create(uri, profileLanguageId, 1, text);
  return { text, position: document.positionAt(offset), document };
}
