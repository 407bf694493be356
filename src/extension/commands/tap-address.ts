import { env, l10n, QuickPickItemKind, window } from 'vscode';
import type { TapView } from '../../engine/messages.ts';
import { clientLines, type NetworkAddress } from '../../profile/client-lines.ts';
import type { App } from '../app.ts';
import { type Choice, pickOne } from '../ui/quick-input.ts';

/**
 * Offers the address of a tap, and for each of the common libraries the line that a program has to change: what is chosen is
 * copied. For TLS the rows say how to trust the tap's certificate.
 * @throws {Cancelled}
 */
export async function showTapAddress(app: App, tap: TapView): Promise<string> {
  const question = 'tap.line';
  const chosen = await pickOne({
    title: l10n.t('Connect a program to {0}', tap.address),
    placeholder: l10n.t('What to change in the program: choose to copy'),
    choices: rowsOf(tap),
    last: app.choices.get(question),
  });
  if (chosen.id !== undefined) app.choices.set(question, chosen.id);
  await env.clipboard.writeText(chosen.value);
  window.setStatusBarMessage(l10n.t('Copied: {0}', chosen.value), 5_000);
  return chosen.value;
}

function rowsOf(tap: TapView): readonly Choice<string>[] {
  const { caFile } = tap;
  const separator = (label: string): Choice<string> => ({
    value: '',
    label,
    kind: QuickPickItemKind.Separator,
  });
  return [
    { id: 'address', value: tap.address, label: tap.address, description: l10n.t('the address alone') },
    ...(caFile === undefined
      ? []
      : [
          {
            id: 'certificate',
            value: caFile,
            label: l10n.t('Certificate to trust'),
            description: caFile,
            detail: l10n.t(
              'Made on this machine for this tap; programs must trust it, or they refuse to connect.',
            ),
          },
        ]),
    separator(l10n.t('by library')),
    ...clientLines(addressOf(tap), caFile).map(({ library, line, trust, whole }) => ({
      id: library,
      value: whole,
      label: library,
      description: line,
      ...(trust === undefined ? {} : { detail: l10n.t('and to trust it: {0}', trust) }),
    })),
  ];
}

/** For WebSocket with the path of the broker, which the tap passes on. */
function addressOf({ scheme, host, port, address, to }: TapView): NetworkAddress {
  const [path = '/mqtt'] = [address, to].flatMap((each) => /^wss?:\/\/[^/]+(\/.+)$/.exec(each)?.[1] ?? []);
  return { kind: 'network', scheme, host, port, path };
}
