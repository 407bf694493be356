/** The module that VS Code runs inside its extension host (`extensionTestsPath`). */
import { workspace } from 'vscode';
import { commandTests } from './commands.ts';
import { connectingTests } from './connecting.ts';
import { engineTests } from './engine.ts';
import { errorTests } from './errors.ts';
import { importTests } from './import.ts';
import { languageTests } from './language.ts';
import { profileTests } from './profiles.ts';
import { restrictedTests } from './restricted.ts';
import { sandboxViewTests } from './sandbox-view.ts';
import { scenarioTests } from './scenarios.ts';
import { secretTests } from './secrets.ts';
import { sessionTests } from './sessions.ts';
import { putBack } from './support/host.ts';
import { runTests } from './support/runner.ts';
import { tapTests } from './taps.ts';
import { whatIfRestrictedTests, whatIfTests } from './what-if.ts';

/** In a trusted workspace everything but Restricted Mode is tested, otherwise Restricted Mode. */
export async function run(): Promise<void> {
  const tests = workspace.isTrusted
    ? [
        ...commandTests,
        ...connectingTests,
        ...sessionTests,
        ...sandboxViewTests,
        ...tapTests,
        ...errorTests,
        ...profileTests,
        ...secretTests,
        ...whatIfTests,
        ...importTests,
        ...scenarioTests,
        ...languageTests,
        ...engineTests,
      ]
    : [...restrictedTests, ...whatIfRestrictedTests, ...languageTests];
  await runTests(tests, putBack);
}
