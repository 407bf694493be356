/** Where a fault works: one connection through a tap, or every one of them. */
import { l10n, QuickPickItemKind } from 'vscode';
import type { TappedConnectionView, TapView } from '../../engine/messages.ts';
import type { App } from '../app.ts';
import { type Choice, pickOne } from '../ui/quick-input.ts';
import { faultsText, tappedName } from '../ui/words.ts';
import { chooseTap } from './tap.ts';
import type { Target } from './target.ts';

/** Where a fault works: one connection, or every one of a tap, those to come included. */
export interface FaultPlace {
  readonly tap: TapView;
  readonly connection?: number | undefined;
}

interface Places {
  /** Whether the tap as a whole is offered, too. */
  readonly whole: boolean;
  readonly connections: readonly TappedConnectionView[];
}

/**
 * The target's place, the only connection there is, or the one that the user picks.
 * @returns undefined when there is none
 * @throws {UserFailure | Cancelled}
 */
export async function choosePlace(
  app: App,
  title: string,
  target: Target,
  placesOf: (tap: TapView) => Places,
): Promise<FaultPlace | undefined> {
  const { connection } = target;
  if (connection !== undefined) {
    const tap = app.state.taps.find(({ connections }) =>
      connections.some((each) => each.connection === connection),
    );
    return tap === undefined ? undefined : { tap, connection };
  }
  if (target.tap !== undefined) return { tap: await chooseTap(app, title, target) };
  const all = app.state.taps.map((tap) => ({ tap, places: placesOf(tap) }));
  const rows = all.flatMap(({ tap, places }) => rowsOf(tap, places));
  const selectable = rows.filter(({ kind }) => kind !== QuickPickItemKind.Separator);
  const connections = all.flatMap(({ tap, places }) => places.connections.map((each) => ({ tap, each })));
  const [only, second] = connections;
  if (selectable.length === 0) return undefined;
  if (only !== undefined && second === undefined) return { tap: only.tap, connection: only.each.connection };
  const chosen = await pickOne({ title, placeholder: l10n.t('Which connection?'), choices: rows });
  return chosen.value;
}

type Row = Choice<FaultPlace | undefined>;

function rowsOf(tap: TapView, { whole, connections }: Places): readonly Row[] {
  if (!whole && connections.length === 0) return [];
  const separator: Row = { value: undefined, label: tap.address, kind: QuickPickItemKind.Separator };
  return [
    separator,
    ...connections.map(
      (each): Row => ({
        value: { tap, connection: each.connection },
        label: tappedName(each),
        description: [each.from, ...faultsText(each.faults)].join(' · '),
      }),
    ),
    ...(whole
      ? [
          {
            value: { tap },
            label: l10n.t('Every connection'),
            description: l10n.t('those that live, and those to come'),
          },
        ]
      : []),
  ];
}
