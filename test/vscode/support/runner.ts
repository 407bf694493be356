import { renameSync, writeFileSync } from 'node:fs';

export interface HostTest {
  /** A sentence. */
  readonly name: string;
  run(): Promise<void> | void;
}

export interface HostReport {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: string }[];
}

/** No test may hold up the others for longer. */
const deadlineMs = 60_000;

/**
 * Runs tests one after the other inside the extension host, prints each result, and writes a report to the path in
 * `MQTT_TEST_REPORT`. `between` puts things back after each test; what fails there fails the test.
 * @throws {Error} a test failed, or there was none
 */
export async function runTests(tests: readonly HostTest[], between: () => Promise<void>): Promise<void> {
  const passed: string[] = [];
  const failed: { name: string; error: string }[] = [];
  for (const test of tests) {
    try {
      await withDeadline(test.name, async () => {
        await test.run();
      });
      await withDeadline('putting things back', between);
      passed.push(test.name);
      console.log(`ok   ${test.name}`);
    } catch (thrown) {
      const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      failed.push({ name: test.name, error });
      console.error(`FAIL ${test.name}\n${error}`);
      await withDeadline('putting things back', between).catch(() => {});
    }
  }
  const report: HostReport = { passed, failed };
  const path = process.env['MQTT_TEST_REPORT'];
  if (path !== undefined) {
    // Whoever waits for it reads it as soon as it is there, so it must be whole by then.
    writeFileSync(`${path}.part`, JSON.stringify(report, undefined, 2));
    renameSync(`${path}.part`, path);
  }
  if (passed.length + failed.length === 0) throw new Error('There was no test to run.');
  if (failed.length > 0) throw new Error(`${failed.length} of ${tests.length} tests failed.`);
}

async function withDeadline(what: string, run: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what}: not done after ${deadlineMs / 1000} s`)), deadlineMs);
  });
  try {
    await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
