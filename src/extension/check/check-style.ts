import { whatIfStyle } from '../what-if/what-if-style.ts';

/** The styles of the page of a behaviour check, beside those that every such page has. */
export const checkStyle = `${whatIfStyle}
main { max-width: 110em; }
.counts { display: flex; flex-wrap: wrap; gap: 0.3em 2em; list-style: none; margin: 1em 0; padding: 0; }
.actions a { display: inline-block; margin-inline-end: 1.2em; }
tbody th { width: 22%; }
tbody td { width: auto; overflow-wrap: anywhere; }
tbody td:last-child { width: 26%; }
tbody td:nth-of-type(3) { white-space: nowrap; }
.reason { margin: 0.2em 0 0; }
.verdict { white-space: nowrap; }
.verdict::before { display: inline-block; width: 1.3em; }
.verdict.conforms::before { content: "✓"; color: var(--vscode-charts-green, currentColor); }
.verdict.must::before { content: "✗"; color: var(--vscode-charts-red, currentColor); }
.verdict.derivable::before { content: "✗"; color: var(--vscode-charts-orange, currentColor); }
.verdict.should::before { content: "!"; color: var(--vscode-charts-yellow, currentColor); }
.verdict.undecided::before { content: "?"; }
.verdict.not-tried::before { content: "–"; }
.trace td { width: auto; border: 0; padding: 0 0.8em 0 0; font-family: var(--vscode-editor-font-family, monospace); font-size: 0.95em; }
.trace td:last-child { width: 100%; }
.trace .time { text-align: end; font-variant-numeric: tabular-nums; }
`;
