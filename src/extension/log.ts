import { type LogOutputChannel, window } from 'vscode';
import type { LogLevel } from '../engine/messages.ts';

/** The one output channel of the extension; its level is VS Code's own setting per channel. */
export function createLog(): LogOutputChannel {
  return window.createOutputChannel('MQTT Session Debugger', { log: true });
}

/** Writes a line that the engine sent at the level it was sent with. */
export function logAt(log: LogOutputChannel, level: LogLevel, message: string): void {
  log[level](message);
}

/** What is known of a thrown value, for the log. */
export function describeThrown(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
