/** Every probe, and why the other rows of the decision table have none. */
import type { RowId } from '../session/model.ts';
import { ofTable } from './play-table.ts';
import type { CheckProbe } from './probe.ts';
import { before5 } from './probes/before-5.ts';
import { ends } from './probes/ends.ts';
import { form } from './probes/form.ts';
import { keepAlive } from './probes/keep-alive.ts';
import { messages } from './probes/messages.ts';
import { returns } from './probes/returns.ts';
import { sessions } from './probes/sessions.ts';
import { takeovers } from './probes/takeovers.ts';
import type { TableProbe } from './table-probe.ts';

/** Those of the decision table. */
export const tableProbes: readonly TableProbe[] = [...ends, ...returns, ...takeovers, ...before5];

export const allProbes: readonly CheckProbe[] = [
  ...tableProbes.map(ofTable),
  ...form,
  ...sessions,
  ...keepAlive,
  ...messages,
];

/** Rows that cannot be tried from outside, each with its reason. */
export const untried: Readonly<Partial<Record<RowId, string>>> = {
  D26: 'The will is due after 136 years; what ends the Session before is tried as D39.',
  D28: 'Without Keep Alive nothing is due that could be waited for.',
  D30: 'No Client can make a Server send it elsewhere.',
  D32: 'Needs an authentication method that the Server knows, and a re-authentication that it refuses.',
  D33: 'Needs an operator of the Server.',
  D34: 'Needs the Server to stop, and its will may come after any time.',
  D36: 'What the Server has accepted cannot be known while its CONNACK is lost.',
  D66: 'A Server that closes for a reason of its own cannot be made to.',
  D68: 'Needs the Server to stop, and its will may come after any time.',
  D71: 'The standard of 3.1 leaves it open.',
};
