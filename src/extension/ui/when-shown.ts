import type { Event } from 'vscode';

/** For the tests inside VS Code: the document of a page, as soon as it has this text in it. */
export function whenShown(text: string, html: () => string, rendered: Event<void>): Promise<string> {
  return new Promise((settle) => {
    const look = (): boolean => {
      const now = html();
      if (now.includes(text)) settle(now);
      return now.includes(text);
    };
    if (look()) return;
    const listener = rendered(() => {
      if (look()) listener.dispose();
    });
  });
}
