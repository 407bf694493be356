/**
 * What is large and not needed to activate: a bundle of its own, loaded when a part of it is first asked for by
 * `import('.../later.ts')`. Functions and texts only: a class would be another one here than in the main bundle.
 */
export { importConnections } from '../profile/import/import.ts';
export { mosquittoLine } from '../profile/import/mosquitto-command.ts';
export { parseWithScenarios } from '../profile/parse.ts';
export { resolveProfile } from '../profile/resolve.ts';
export { resolveScenario } from '../profile/resolve-scenario.ts';
export { whatIfSettingsOf } from '../profile/what-if-settings.ts';
export { rowsReliedOn } from '../session/rows-relied-on.ts';
export { whatIf } from '../session/what-if.ts';
export { whatIfTexts } from '../session/what-if-words.ts';
export { checkBody, pageCommands } from './check/check-page.ts';
export { checkStyle } from './check/check-style.ts';
export { whatIfBody, whatIfDocument } from './what-if/what-if-page.ts';
export { whatIfStyle } from './what-if/what-if-style.ts';
