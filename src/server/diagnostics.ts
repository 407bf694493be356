/** What src/profile says of a file, in the words of LSP. */
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver/node';
import type { Problem } from '../profile/problem.ts';
import type { DocsLinks } from './docs-links.ts';
import type { ProfileDocument } from './profile-document.ts';
import type { ProfileStore } from './profile-store.ts';

/** What the editor shows as the origin of a diagnostic. */
export const DIAGNOSTIC_SOURCE = 'mqtt';

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
} as const satisfies Record<Problem['severity'], DiagnosticSeverity>;

/** Settings that do nothing: editors grey them out. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['will-delay-no-effect', 'tls-unused']);

export function diagnosticsOf(file: ProfileDocument, store: ProfileStore, docs: DocsLinks): Diagnostic[] {
  return store.workspace.problems(file.uri).map((problem) => toDiagnostic(problem, file, store, docs));
}

export function toDiagnostic(
  { code, message, severity, range, related, anchor }: Problem,
  file: ProfileDocument,
  store: ProfileStore,
  docs: DocsLinks,
): Diagnostic {
  const href = docs.href(code, anchor);
  const information = related.flatMap((place) => {
    const other = place.uri === undefined ? file : store.get(place.uri);
    if (other === undefined) return [];
    return [{ location: { uri: other.uri, range: other.range(place.range) }, message: place.message }];
  });
  return {
    code,
    message,
    severity: SEVERITIES[severity],
    source: DIAGNOSTIC_SOURCE,
    range: file.range(range),
    ...(href === undefined ? {} : { codeDescription: { href } }),
    ...(information.length === 0 ? {} : { relatedInformation: information }),
    ...(WITHOUT_EFFECT.has(code) ? { tags: [DiagnosticTag.Unnecessary] } : {}),
  };
}
