/** Rules by which faults come, of the taps that listen: set, and taken away. */
import { l10n, QuickPickItemKind, window } from 'vscode';
import type { FaultRuleView, TapView } from '../../engine/messages.ts';
import { readFaultRule } from '../../profile/fault-text.ts';
import { tellConditions, tellFault, tellRule } from '../../profile/fault-words.ts';
import type { App } from '../app.ts';
import { faultRuleUnread, noFaultRule } from '../errors.ts';
import { type Choice, pickOne } from '../ui/quick-input.ts';
import { appliedText, escapeIcons, translate } from '../ui/words.ts';
import { selectionTarget } from './choose-client.ts';
import type { Command } from './command.ts';
import { askRule, type RuleWish } from './fault-rule-questions.ts';
import { chooseTap } from './tap.ts';
import { type Target, targetOf } from './target.ts';

/** Answers with the id of the rule. */
export const addFaultRuleCommand: Command = {
  id: 'mqttSession.fault.addRule',
  async run(app, given) {
    const target = targetOf(given === selectionTarget ? app.sessionsView.selection : given);
    const title = l10n.t('Fault: Add Rule');
    const through = throughTap(app, target);
    const tap = through?.tap ?? (await chooseTap(app, title, target));
    const { newRule } = target;
    const wish = newRule === undefined ? await askRule(app, title, tap, through?.clientId) : written(newRule);
    const words = tellRule(wish.rule, translate);
    const { rule } = await app.engine.request('fault', { tap: tap.key, ...wish });
    app.log.info(`A rule of the tap at ${tap.address}: ${words}`);
    window.setStatusBarMessage(l10n.t('Rule set: {0}', escapeIcons(words)), 5_000);
    return rule;
  },
};

/** Takes away a rule, with what it has done. */
export const removeFaultRuleCommand: Command = {
  id: 'mqttSession.fault.removeRule',
  async run(app, given) {
    const target = targetOf(given === selectionTarget ? app.sessionsView.selection : given);
    const { tap, rule } = await chooseRule(app, l10n.t('Fault: Remove Rule'), target);
    await app.engine.request('clearFaults', { tap: tap.key, rule: rule.id });
  },
};

/** Takes away all rules of a tap, with what they have done. */
export const removeAllFaultRulesCommand: Command = {
  id: 'mqttSession.fault.removeAllRules',
  async run(app, given) {
    const target = targetOf(given === selectionTarget ? app.sessionsView.selection : given);
    const candidates = app.state.taps.filter(({ rules }) => rules.length > 0);
    if (candidates.length === 0) throw noFaultRule();
    const [only] = candidates;
    const tap =
      target.tap === undefined && only !== undefined && candidates.length === 1
        ? only
        : await chooseTap(app, l10n.t('Fault: Remove All Rules'), target);
    for (const { id } of tap.rules) await app.engine.request('clearFaults', { tap: tap.key, rule: id });
  },
};

interface RulePlace {
  readonly tap: TapView;
  readonly rule: FaultRuleView;
}

/** The target's rule, the only one, or the one that the user picks. @throws {UserFailure | Cancelled} */
async function chooseRule(app: App, title: string, target: Target): Promise<RulePlace> {
  const taps = app.state.taps.filter(({ key }) => target.tap === undefined || key === target.tap);
  const all = taps.flatMap((tap) => tap.rules.map((rule) => ({ tap, rule })));
  const candidates = all.filter(({ rule }) => target.rule === undefined || rule.id === target.rule);
  const [only, second] = candidates;
  if (only === undefined) throw noFaultRule();
  if (second === undefined) return only;
  const rows = taps.flatMap((tap): Choice<RulePlace | undefined>[] => {
    const own = candidates.filter((each) => each.tap === tap);
    if (own.length === 0) return [];
    return [
      { value: undefined, label: tap.address, kind: QuickPickItemKind.Separator },
      ...own.map((place) => ({
        value: place,
        label: tellFault(place.rule.rule.fault, translate),
        description: escapeIcons(tellConditions(place.rule.rule, translate)),
        detail: appliedText(place.rule.applied),
      })),
    ];
  });
  const chosen = await pickOne({ title, placeholder: l10n.t('Which rule?'), choices: rows });
  return chosen.value ?? only;
}

/** The tap that the target's connection passes, and whose connection it is. */
function throughTap(
  app: App,
  { connection }: Target,
): { readonly tap: TapView; readonly clientId: string | undefined } | undefined {
  if (connection === undefined) return undefined;
  for (const tap of app.state.taps) {
    const found = tap.connections.find((each) => each.connection === connection);
    if (found !== undefined) return { tap, clientId: found.clientId === '' ? undefined : found.clientId };
  }
  return undefined;
}

function written(text: string): RuleWish {
  const read = readFaultRule(text);
  if (!read.ok) throw faultRuleUnread(text, read.message);
  return { rule: read.value, living: false };
}
