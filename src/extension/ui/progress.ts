import { ProgressLocation, window } from 'vscode';
import { Cancelled } from '../errors.ts';

/** What takes less than this shows no progress. */
const showAfterMs = 500;

/**
 * Shows progress once the work has taken half a second. With `cancel` it can be cancelled: that is called, and the
 * work counts as cancelled whatever becomes of it. `follow` is given what to call when more of it is done: with its share, from 0 to 1.
 * @throws {Cancelled} and whatever the work fails with
 */
export async function withSlowProgress<T>(
  title: string,
  work: Promise<T>,
  cancel?: () => Promise<unknown>,
  follow?: (report: (share: number) => void) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<'slow'>((settle) => {
    timer = setTimeout(() => settle('slow'), showAfterMs);
  });
  const done = work.then(
    () => 'done' as const,
    () => 'done' as const,
  );
  const first = await Promise.race([done, slow]);
  clearTimeout(timer);
  if (first === 'done') return work;
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: cancel !== undefined },
    (progress, token) =>
      new Promise<T>((settle, fail) => {
        let told = 0;
        follow?.((share) => {
          const percent = Math.floor(share * 100);
          progress.report({ increment: percent - told, message: `${percent} %` });
          told = percent;
        });
        token.onCancellationRequested(() => {
          fail(new Cancelled());
          cancel?.().catch(() => {});
        });
        work.then(settle, fail);
      }),
  );
}
