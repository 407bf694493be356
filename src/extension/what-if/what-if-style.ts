/**
 * The styles of the What-if page. Colours come from the theme only; in high contrast, borders do the work of tints. Signs beside words
 * that say the same are for the eye alone.
 */
export const whatIfStyle = `
body {
  margin: 0;
  padding: 1em 1.5em 3em;
  color: var(--vscode-foreground);
  background: var(--vscode-editor-background);
  font-family: var(--vscode-font-family);
  font-size: var(--vscode-font-size, 13px);
  line-height: 1.45;
  --line: var(--vscode-contrastBorder, var(--vscode-panel-border, var(--vscode-widget-border)));
}
main { max-width: 90em; }
h1 { font-size: 1.5em; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1em; font-weight: 600; margin: 2em 0 0.2em; }
p { margin: 0.2em 0 0.6em; }
.muted { color: var(--vscode-descriptionForeground); }
.settings { display: flex; flex-wrap: wrap; gap: 0.5em 2em; margin: 1em 0; }
.settings dt { color: var(--vscode-descriptionForeground); }
.settings dd { margin: 0; font-weight: 600; }
.notes { margin: 0; padding-inline-start: 1.4em; }
.problems { border: 1px solid var(--vscode-inputValidation-errorBorder, var(--vscode-errorForeground)); padding: 0.6em 1em; margin: 1em 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: 0.4em 0.8em 0.4em 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--vscode-descriptionForeground); font-weight: 400; }
tbody th { font-weight: 400; width: 26%; }
tbody td { width: 18%; }
tbody td:last-child { width: 34%; }
.own th { font-weight: 600; }
.own-way { font-weight: 400; }
.will::before { display: inline-block; width: 1.3em; }
.will.published::before, .will.published-at-return::before, .will.published-some-time::before { content: "●" / ""; color: var(--vscode-charts-orange, currentColor); }
.will.withheld::before { content: "○" / ""; color: var(--vscode-charts-green, currentColor); }
.will.open::before { content: "?" / ""; }
.will.none::before { content: "–" / ""; }
summary { cursor: pointer; color: var(--vscode-textLink-foreground); }
summary:hover { color: var(--vscode-textLink-activeForeground); }
:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 1px; }
ol { margin: 0.3em 0; padding-inline-start: 1.6em; }
a { color: var(--vscode-textLink-foreground); }
a:hover { color: var(--vscode-textLink-activeForeground); }
.statements { color: var(--vscode-descriptionForeground); }
.visually-hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 60em) {
  table, tbody, tr, th { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody th, tbody td, tbody td:last-child { width: auto; border: 0; padding: 0.1em 0; }
  tbody th { font-weight: 600; }
  tbody tr { border-bottom: 1px solid var(--line); padding: 0.5em 0; }
  tbody td { display: inline-block; padding-inline-end: 1.5em; }
  tbody td:last-child { display: block; }
  tbody td[data-label]:not(:last-child)::before { content: attr(data-label) ": "; content: attr(data-label) ": " / ""; color: var(--vscode-descriptionForeground); }
}
`;
