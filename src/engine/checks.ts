import { CannotTry } from '../check/failures.ts';
import { readReport } from '../check/read-report.ts';
import { renderComparison } from '../check/render/compare.ts';
import { renderReportAsJUnit } from '../check/render/junit.ts';
import { renderMarkdown } from '../check/render/markdown.ts';
import { runCheck } from '../check/run-check.ts';
import { targetOf } from '../check/target.ts';
import type { NetworkAddress } from '../net/client/transport.ts';
import { engineErrors } from './errors.ts';
import type { CheckRunProgress, EngineMethods } from './messages.ts';

type CheckParams = EngineMethods['checkBroker']['params'];
type WriteParams = EngineMethods['writeReport']['params'];

/** The behaviour checks that run. Their connections are not part of the trace: each report brings its own. */
export class Checks {
  readonly #running = new Map<string, AbortController>();
  readonly #progress: (progress: CheckRunProgress) => void;

  constructor(progress: (progress: CheckRunProgress) => void) {
    this.#progress = progress;
  }

  /** Throws `check-impossible`, or what is wrong with the settings of TLS. */
  async run(
    { run, profile, folder, prefix }: CheckParams,
    address: NetworkAddress,
  ): Promise<EngineMethods['checkBroker']['result']> {
    const abort = new AbortController();
    this.#running.set(run, abort);
    try {
      const { username: userName, password, tls } = profile;
      const target = await targetOf({ address, tls, folder, credentials: { userName, password }, prefix });
      return await runCheck(target, {
        signal: abort.signal,
        progress: (progress) => this.#progress({ run, ...progress }),
      });
    } catch (error) {
      throw error instanceof CannotTry ? engineErrors.checkImpossible(error.message) : error;
    } finally {
      this.#running.delete(run);
    }
  }

  /** What was not tried yet is told as not tried. Does nothing when the check is over. */
  cancel(run: string): void {
    this.#running.get(run)?.abort(new Error('the check was cancelled'));
  }

  cancelAll(): void {
    for (const run of this.#running.keys()) this.cancel(run);
  }
}

/** Throws `no-report` when the other one is none. */
export function writeReport({ report, as, reliances, other }: WriteParams): string {
  switch (as) {
    case 'markdown':
      return renderMarkdown(report, reliances);
    case 'json':
      return `${JSON.stringify(report, undefined, 1)}\n`;
    case 'junit':
      return renderReportAsJUnit(report);
    case 'comparison':
      return renderComparison(reportIn(other ?? ''), report);
  }
}

function reportIn(text: string): EngineMethods['checkBroker']['result'] {
  try {
    return readReport(text);
  } catch (error) {
    throw engineErrors.noReport(error instanceof Error ? error.message : String(error));
  }
}
