import { type Browser, chromium } from 'playwright-core';
import { chromiumPath } from '../../../scripts/lib/system.mjs';

/** Chromium as the end-to-end tests run it: headless, and quiet on the network. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) {
    throw new Error(
      'Chromium is not installed. On Debian: apt-get install chromium. Or set CHROMIUM to its path.',
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
