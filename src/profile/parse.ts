/**
 * Reads a profile file: text in, usable profiles and diagnostics out. Never throws, and does bounded work whatever the
 * text. A profile is usable when everything that it is made of was understood; others of the file may be all the same.
 */
import { FileReader } from './file-reader.ts';
import type { ProfileFile } from './model.ts';
import type { Scenario } from './scenarios.ts';

/** Reads a profile file, YAML or JSON (which is YAML, too). `fileName` is for messages only. */
export function parseProfileFile(text: string, fileName: string): ProfileFile {
  return new FileReader().read(text, fileName).file;
}

export interface ParsedFile {
  readonly file: ProfileFile;
  /** Also those that cannot be run: then `usable` is false. */
  readonly scenarios: readonly Scenario[];
}

/** As `parseProfileFile`, with the scenarios of the file. */
export function parseWithScenarios(text: string, fileName: string): ParsedFile {
  const { file, scenarios } = new FileReader().read(text, fileName);
  return { file, scenarios };
}
