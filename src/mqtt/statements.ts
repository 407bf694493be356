/**
 * The statements of the MQTT standards in our own words: every normative one of 5.0 and 3.1.1, and the sections
 * that this program cites besides. An id is unique only together with the version: the same number means
 * different things in 3.1.1 and in 5.0. Ids that start with a digit are section numbers, for passages that carry
 * no statement id.
 */
import type { ProtocolVersion, StatementRef } from './packet.ts';
import { propertySections } from './property-statements.ts';
import { version5Connect } from './statement-rows/mqtt5-connect.ts';
import { version5Format } from './statement-rows/mqtt5-format.ts';
import { version5Operation } from './statement-rows/mqtt5-operation.ts';
import { version5Publish } from './statement-rows/mqtt5-publish.ts';
import { version5Subscribe } from './statement-rows/mqtt5-subscribe.ts';
import { version31 } from './statement-rows/mqtt31.ts';
import { version311Connect } from './statement-rows/mqtt311-connect.ts';
import { version311Operation } from './statement-rows/mqtt311-operation.ts';
import { version311Packets } from './statement-rows/mqtt311-packets.ts';
import type { StatementRow } from './statement-rows/row.ts';

export interface Statement extends StatementRef {
  /** The section that holds it, for example `3.1.3.2.2`. */
  readonly section: string;
  /** One or two sentences in our words. */
  readonly summary: string;
  /** The standard's page. */
  readonly url: string;
}

/** The page of each version of the standard. */
export const standardUrls: Readonly<Record<ProtocolVersion, string>> = {
  3: 'https://public.dhe.ibm.com/software/dw/webservices/ws-mqtt/mqtt-v3r1.html',
  4: 'https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html',
  5: 'https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html',
};

const version5: readonly StatementRow[] = [
  ...version5Format,
  ...version5Connect,
  ...version5Publish,
  ...version5Subscribe,
  ...version5Operation,
];

const version311: readonly StatementRow[] = [
  ...version311Connect,
  ...version311Packets,
  ...version311Operation,
];

function rowsOf(version: ProtocolVersion, rows: readonly StatementRow[]): readonly Statement[] {
  return rows.map(([id, section, summary]) => ({
    version,
    id: id.includes('-') || isDottedStatement(version, id) ? `MQTT-${id}` : id,
    section,
    summary,
    url: standardUrls[version],
  }));
}

/** The sections on properties that have no row of their own above. */
function propertyRows(): readonly StatementRow[] {
  const own = new Set(version5.map(([id]) => id));
  return propertySections.flatMap(([section, summary]) =>
    own.has(section) ? [] : [[section, section, summary] as const],
  );
}

/** One statement of 3.1.1 is spelled with a dot where all others have a dash. */
function isDottedStatement(version: ProtocolVersion, id: string): boolean {
  return version === 4 && id === '3.1.2.7';
}

/** Every statement that the program knows. */
export const statements: readonly Statement[] = [
  ...rowsOf(5, version5),
  ...rowsOf(5, propertyRows()),
  ...rowsOf(4, version311),
  ...rowsOf(3, version31),
];

const byKey: ReadonlyMap<string, Statement> = new Map(
  statements.map((statement) => [statementKey(statement), statement]),
);

/** For example `5:MQTT-3.1.3-9`, or `5:3.1.2.11.2` for a section. */
export function statementKey(ref: StatementRef): string {
  return `${ref.version}:${ref.id}`;
}

const versionNames: Readonly<Record<ProtocolVersion, string>> = { 3: 'v3.1', 4: 'v3.1.1', 5: 'v5' };

/** As shown to people: `v5 [MQTT-3.1.3-9]`, or `v5 3.1.2.11.2` for a section. */
export function statementLabel(ref: StatementRef): string {
  const name = versionNames[ref.version];
  return ref.id.startsWith('MQTT-') ? `${name} [${ref.id}]` : `${name} ${ref.id}`;
}

/** The statement, or undefined when the table has none of that version and id. */
export function findStatement(ref: StatementRef): Statement | undefined {
  return byKey.get(statementKey(ref));
}
