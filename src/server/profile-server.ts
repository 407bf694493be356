/** The language server for profile files: a thin shell over src/profile. It owns a connection and the open documents. */
import {
  type Connection,
  type Diagnostic,
  DiagnosticSeverity,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Diagnostic as ProfileDiagnostic } from '../profile/model.ts';
import { parseProfileFile } from '../profile/parse.ts';

/** What the editor shows as the origin of a diagnostic. */
export const DIAGNOSTIC_SOURCE = 'mqtt';

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const satisfies Record<ProfileDiagnostic['severity'], DiagnosticSeverity>;

/** Serves one client until the connection ends. Every open document counts as a profile file: the client selects. */
export function serveProfiles(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);

  connection.onInitialize(() => ({
    capabilities: { textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental } },
    serverInfo: { name: 'mqtt-profile' },
  }));

  documents.onDidChangeContent(async ({ document }) => {
    await connection.sendDiagnostics({
      uri: document.uri,
      version: document.version,
      diagnostics: diagnose(document),
    });
  });
  documents.onDidClose(async ({ document }) => {
    await connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });

  documents.listen(connection);
  connection.listen();
}

/** Everything that src/profile says of a document, in the words of LSP. */
export function diagnose(document: TextDocument): Diagnostic[] {
  return parseProfileFile(document.getText(), document.uri).diagnostics.map(
    ({ code, message, severity, range }) => ({
      code,
      message,
      severity: SEVERITIES[severity],
      source: DIAGNOSTIC_SOURCE,
      range: { start: document.positionAt(range.start), end: document.positionAt(range.end) },
    }),
  );
}
