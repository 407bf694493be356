/**
 * Runs every test there is: what they need is installed first, then the bundles are built, then each part runs. Exits
 * non-zero when a test fails, when a part could not run, or when a part ran no test.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { ensureSystem } from './lib/system.mjs';
import { ensureVscodeServer } from './lib/vscode-server.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, 'test-output');

/** The projects of vitest.config.ts. */
const parts = [
  { name: 'unit', what: 'the rooms, each by itself, in Node' },
  { name: 'interop', what: 'the sandbox broker with the clients of others, and beside another broker' },
  { name: 'page', what: 'the timeline page in Chromium' },
  { name: 'vscode', what: 'the extension in a real VS Code' },
];

/** So many lines of each failure are said again at the end. */
const linesOfFailure = 24;

/**
 * What failed, each with its file, its name and the beginning of its reason: to be said last, as who reads the output of a CI often
 * has its end alone.
 *
 * @param {{ name: string, status: string, message: string,
 *   assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[]} files
 * @returns {string[]}
 */
function failuresOf(files) {
  const failures = [];
  for (const { name, status, message, assertionResults } of files) {
    const failed = assertionResults.filter((result) => result.status === 'failed');
    const reasons = failed.map((result) => ({
      what: result.fullName,
      why: result.failureMessages.join('\n'),
    }));
    if (status === 'failed' && failed.length === 0) reasons.push({ what: '(the file itself)', why: message });
    for (const { what, why } of reasons) {
      const lines = why.split('\n').slice(0, linesOfFailure);
      failures.push(`${relative(root, name)} > ${what}\n${lines.map((line) => `    ${line}`).join('\n')}`);
    }
  }
  return failures;
}

/** @param {string} part */
async function runPart(part) {
  const report = join(output, `${part}.json`);
  rmSync(report, { force: true });
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--project',
      part,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const code = await new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('close', settle);
  });
  if (!existsSync(report)) return { passed: 0, failed: 1, other: 0, code, failures: [] };
  const { numPassedTests, numFailedTests, numTotalTests, numFailedTestSuites, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  return {
    failures: failuresOf(testResults),
    passed: numPassedTests,
    // A file that failed before its tests were known counts too.
    failed: numFailedTests > 0 ? numFailedTests : numFailedTestSuites,
    other: numTotalTests - numPassedTests - numFailedTests,
    code,
  };
}

try {
  ensureSystem(
    [
      'chromium',
      'mosquitto',
      'mosquittoClients',
      'pahoPython',
      'pahoC',
      'pahoGo',
      'tshark',
      'tcpdump',
      'ejabberd',
      'rabbitmq',
    ],
    console.log,
  );
  await ensureVscodeServer(console.log);
  console.log('Building the bundles...');
  await build({ tests: true, quiet: true });
  mkdirSync(output, { recursive: true });

  let passed = 0;
  let failed = 0;
  const problems = [];
  const failures = [];
  for (const { name, what } of parts) {
    console.log(`\n== ${name}: ${what}`);
    const result = await runPart(name);
    passed += result.passed;
    failed += result.failed;
    failures.push(...result.failures);
    if (result.failed > 0 || result.code !== 0) problems.push(`${name}: ${result.failed} failed`);
    else if (result.passed === 0) problems.push(`${name}: ran no test`);
    if (result.other > 0) problems.push(`${name}: ${result.other} did not run`);
  }
  for (const failure of failures) console.error(`\n${failure}`);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    process.exitCode = 1;
    if (failed === 0) failed = problems.length;
  }
  console.log(`\n${passed} passed, ${failed} failed`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
