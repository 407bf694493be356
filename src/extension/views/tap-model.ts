/** Taps and what passes through them, as nodes of the Sessions view. */
import { l10n } from 'vscode';
import type { FaultRule, FaultRuleView, TappedConnectionView, TapView } from '../../engine/messages.ts';
import { tellConditions, tellFault } from '../../profile/fault-words.ts';
import { appliedText, faultsText, refusalText, tappedName, tappedStateWord, translate } from '../ui/words.ts';
import { moreNode } from './more-node.ts';
import type { SessionsNode } from './sessions-model.ts';

/** A tap below its Server, with the connections that pass through it. */
export function tapNode(tap: TapView): SessionsNode {
  const { key, address, to, listening, connections, connectionsOpen, rules } = tap;
  const label = l10n.t('Tap {0}', address);
  const hidden = connectionsOpen - connections.length;
  const refuses = listening === 'refusing';
  const description = [
    // First, because there is seldom room for all of it.
    ...(listening === 'listening' || refuses ? [] : [refusalText(listening)]),
    l10n.t('to {0}', to),
    connectionsText(connectionsOpen),
    ...(refuses ? [refusalText(listening)] : []),
    ...(rules.length > 0 && !refuses ? [rulesText(rules.length)] : []),
  ].join(' · ');
  return {
    kind: 'tap',
    id: `tap ${key}`,
    label,
    description,
    spoken: `${label}, ${description}`,
    icon:
      listening === 'listening'
        ? { name: 'debug-disconnect' }
        : { name: 'warning', color: 'list.warningForeground' },
    context: rules.length > 0 ? ';tap;faulty;ruled;' : ';tap;',
    tap: key,
    children: [
      ...rules.map((each) => ruleNode(key, each)),
      ...connections.map((each) => tappedNode(key, each)),
      ...(hidden > 0 ? [moreNode(key, l10n.t('{0} more', hidden))] : []),
    ],
  };
}

/** A rule that is in force, with how often its fault has come. */
function ruleNode(tap: string, { id, rule, applied }: FaultRuleView): SessionsNode {
  const label = tellFault(rule.fault, translate);
  // Where nobody listens, nothing comes that could be counted.
  const came = refusesAll(rule) ? [] : [appliedText(applied)];
  const description = [tellConditions(rule, translate), ...came].join(' · ');
  return {
    kind: 'rule',
    id: `rule ${tap} ${id}`,
    label,
    description,
    spoken: l10n.t('rule: {0}, {1}', label, description),
    icon: { name: 'zap' },
    context: ';rule;',
    tap,
    rule: id,
    children: [],
  };
}

function refusesAll({ fault, ...conditions }: FaultRule): boolean {
  return fault.kind === 'down' && Object.values(conditions).every((each) => each === undefined);
}

/** The words in `context` that offer the faults of a connection in the menus. */
export function tappedContext({ faults }: TappedConnectionView): string {
  return faults.length > 0 ? ';tapped;faulty;' : ';tapped;';
}

function tappedNode(tap: string, connection: TappedConnectionView): SessionsNode {
  const label = tappedName(connection);
  const description = [
    tappedStateWord(connection.state),
    ...faultsText(connection.faults),
    connection.from,
  ].join(' · ');
  const isFaulty = connection.faults.length > 0;
  return {
    kind: 'tapped',
    id: `tapped ${tap} ${connection.connection}`,
    label,
    description,
    spoken: `${label}, ${description}`,
    icon: isFaulty ? { name: 'warning', color: 'list.warningForeground' } : { name: 'plug' },
    context: tappedContext(connection),
    connection: connection.connection,
    children: [],
  };
}

const connectionsText = (count: number): string =>
  count === 1 ? l10n.t('1 connection') : l10n.t('{0} connections', count);
const rulesText = (count: number): string =>
  count === 1 ? l10n.t('1 rule makes faults') : l10n.t('{0} rules make faults', count);
