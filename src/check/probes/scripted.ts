/** Of which the probes are made that no row of the decision table says. */
import type { ProtocolVersion, StatementRef } from '../../mqtt/packet.ts';
import type { Party } from '../connecting.ts';
import type { CheckProbe, Judge, Lane, Need } from '../probe.ts';
import type { DeviationLevel, Owed, ReportTopic } from '../report.ts';
import type { Stage } from '../stage.ts';

export interface Script {
  readonly rows: readonly string[];
  readonly what: string;
  readonly topic: ReportTopic;
  readonly version: ProtocolVersion;
  /** Others that it uses besides. */
  readonly alsoVersions?: readonly ProtocolVersion[] | undefined;
  readonly needs?: readonly Need[] | undefined;
  readonly lane?: Lane | undefined;
  /** Of `version`. */
  readonly statements: readonly string[];
  readonly level?: DeviationLevel | undefined;
  readonly expected: string;
  play(scene: Scene): Promise<Judge | undefined>;
}

/** A stage, with what a script owes by default. */
export interface Scene {
  readonly stage: Stage;
  /** Owes `expected`; what was observed instead is told where it is not met. */
  owe(expected: string, met: boolean, observed: string, more?: Partial<Owed>): void;
  /** A CONNACK with this Session Present, or `wrong`. */
  owePresent(party: Party, present: boolean): void;
}

export function scripted(script: Script): CheckProbe {
  const { rows, what, topic, version, alsoVersions = [], needs = ['qos1'], lane = 'free', expected } = script;
  const statements: StatementRef[] = script.statements.map((id) => ({ version, id }));
  const { level = 'must' } = script;
  return {
    rows,
    what,
    topic,
    version,
    versions: [...new Set([version, ...alsoVersions])],
    needs,
    lane,
    statements,
    expected,
    play: async (stage) => {
      const owe: Scene['owe'] = (wanted, met, observed, more = {}) =>
        stage.owe({
          expected: wanted,
          observed: met ? wanted : observed,
          outcome: met ? 'met' : 'wrong',
          level,
          statements,
          ...more,
        });
      const judge = await script.play({
        stage,
        owe,
        owePresent: ({ connack: { sessionPresent } }, present) =>
          owe(presentText(present), sessionPresent === present, presentText(sessionPresent)),
      });
      return judge ?? (() => {});
    },
  };
}

function presentText(present: boolean): string {
  return `Session Present ${present ? 1 : 0}`;
}

export const versionNames: Readonly<Record<ProtocolVersion, string>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };
