import { whatIfStyle } from '../what-if/what-if-style.ts';

/** The styles of the page of a behaviour check, beside those that every such page has. */
export const checkStyle = `${whatIfStyle}
main { max-width: 110em; }
.counts { display: flex; flex-wrap: wrap; gap: 0.3em 2em; list-style: none; margin: 1em 0; padding: 0; }
.actions a { display: inline-block; margin-inline-end: 1.2em; }
.grid > ul { list-style: none; margin: 0; padding: 0; }
.grid > ul > li { border-bottom: 1px solid var(--line); }
.cells { display: grid; grid-template-columns: 1.2em minmax(14em, 2.4fr) minmax(10em, 2.2fr) minmax(10em, 2.2fr) 5em minmax(13em, 1.6fr); gap: 0 1em; padding: 0.35em 0; color: var(--vscode-foreground); }
.cells > span { overflow-wrap: anywhere; }
.cells::before { content: ""; }
.heads { border-bottom: 1px solid var(--line); color: var(--vscode-descriptionForeground); }
summary.cells { list-style: none; }
summary.cells::-webkit-details-marker { display: none; }
summary.cells::before { content: "▸" / ""; color: var(--vscode-textLink-foreground); }
details[open] > summary.cells::before { content: "▾" / ""; }
summary.cells:hover { color: var(--vscode-foreground); background: var(--vscode-list-hoverBackground); outline: 1px dashed var(--vscode-contrastActiveBorder, transparent); }
section > details { margin-block-start: 0.8em; }
.why { padding: 0.2em 0 1em 2.2em; max-width: 75em; }
.reason { display: block; }
.verdict { white-space: nowrap; }
.verdict::before { display: inline-block; width: 1.3em; }
.verdict.conforms::before { content: "✓" / ""; color: var(--vscode-charts-green, currentColor); }
.verdict.must::before { content: "✗" / ""; color: var(--vscode-errorForeground, currentColor); }
.verdict.derivable::before { content: "✗" / ""; color: var(--vscode-editorWarning-foreground, currentColor); }
.verdict.should::before { content: "!" / ""; color: var(--vscode-editorInfo-foreground, currentColor); }
.verdict.undecided::before { content: "?" / ""; }
.verdict.not-tried::before { content: "–" / ""; }
.trace { width: auto; }
.trace tbody td, .trace tbody td:last-child { width: auto; border: 0; padding: 0 1.2em 0 0; font-family: var(--vscode-editor-font-family, monospace); white-space: nowrap; }
.trace tbody td:last-child { white-space: normal; }
.trace tbody td.time { text-align: end; font-variant-numeric: tabular-nums; }
@media (max-width: 60em) {
  .heads { display: none; }
  .cells { grid-template-columns: 1.2em 1fr; }
  .cells > span { grid-column: 2; }
  .cells .visually-hidden { position: static; width: auto; height: auto; margin: 0; clip-path: none; color: var(--vscode-descriptionForeground); }
  .trace { display: table; }
  .trace tbody { display: table-row-group; }
  .trace tbody tr { display: table-row; border: 0; }
  .trace tbody td, .trace tbody td:last-child { display: table-cell; }
}
`;
