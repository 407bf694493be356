import { join } from 'node:path';
import type { ExtensionContext } from 'vscode';

/** Where the certificate is kept that taps show to programs, so that those have to be told of it once. */
export function certificateFolder({ globalStorageUri }: Pick<ExtensionContext, 'globalStorageUri'>): string {
  return join(globalStorageUri.fsPath, 'tap');
}
