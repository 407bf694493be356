/**
 * What can hide a will that was published from the trace, as a table: before a will is called missed, each cause has to be ruled out by what the
 * trace shows. What no trace can show is told beside the verdict.
 */
import type { Connection } from './connection.ts';
import { fact } from './facts.ts';
import type { Fact } from './model.ts';
import { readingFact } from './telling.ts';
import type { Will } from './will.ts';
import type { WillCase } from './will-case.ts';
import { deliveredQos, type Witness } from './witness.ts';

/** Somebody who was subscribed. */
type Watching = Exclude<Witness, { readonly kind: 'none' }>;

/**
 * `ruled-out`: the trace shows that it was not that. `hides`: it may have been that, so the will is not missed. `told`: no trace can rule
 * it out, and nothing speaks for it.
 */
export interface UnseenLook {
  readonly is: 'ruled-out' | 'hides' | 'told';
  readonly facts: readonly Fact[];
}

export interface UnseenCause {
  readonly cause: string;
  look(willCase: WillCase, witness: Watching): UnseenLook;
}

const ruledOut = (...facts: readonly Fact[]): UnseenLook => ({ is: 'ruled-out', facts });
const hides = (...facts: readonly Fact[]): UnseenLook => ({ is: 'hides', facts });
const told = (...facts: readonly Fact[]): UnseenLook => ({ is: 'told', facts });

/** In the order of the telling. That nobody watched at all is found before: see witness.ts. */
export const unseenCauses: readonly UnseenCause[] = [
  {
    cause: 'nobody subscribed, a shared subscription, No Local, a subscriber that was away',
    look: (_case, { subscribed: { topicFilter: filter, sinceMs }, connection }) =>
      ruledOut(fact('excludedSubscribed', { subscriber: connection.name, filter, sinceAtMs: sinceMs })),
  },
  {
    cause: 'a topic that begins with $',
    look: ({ will }) =>
      will.message.topic.startsWith('$') ? hides(fact('dollarTopic', {}), readingFact('A15')) : ruledOut(),
  },
  {
    cause: 'a subscriber that came after the connection had ended',
    look: (_case, { kind, connection }) =>
      kind === 'since-due' ? hides(fact('subscribedTooLate', { subscriber: connection.name })) : ruledOut(),
  },
  {
    cause: 'an operator who ended the connection, and the will with it',
    look: ({ will }) => {
      const { serverDisconnect } = will.connection;
      return serverDisconnect?.reasonCode === administrativeAction
        ? told(fact('endedByOperator', {}, { seq: serverDisconnect.seq }))
        : ruledOut();
    },
  },
  {
    cause: 'access rules, topics that the Server maps, a cluster that is split',
    look: ({ will }, { connection }) => {
      const { topic } = will.message;
      const proof = proofOf(will);
      if (proof !== undefined) {
        const { seq, atMs, subscriber } = proof;
        return ruledOut(fact('excludedPath', { topic, subscriber, reachedAtMs: atMs }, { seq }));
      }
      const statement = authorisation(will);
      return will.connection.connect?.hasUserName === true
        ? hides(fact('accessOpen', { topic, subscriber: connection.name }, { statement }))
        : told(fact('notAuthorised', {}, { statement }));
    },
  },
  {
    cause: 'a message with QoS 0 that was dropped',
    look: ({ will }, { subscribed }) =>
      deliveredQos(will, subscribed) === 0 ? told(fact('notReceivedQos0', {})) : ruledOut(),
  },
];

/** The Reason Code with which Servers end what an operator kicks or bans. */
const administrativeAction = 0x98;

/** What every cause comes to: what hides the will, if anything does, and what is to be told of the others. */
export function lookForCauses(
  willCase: WillCase,
  witness: Watching,
): { readonly hiding: readonly Fact[] | undefined; readonly telling: readonly Fact[] } {
  const looks = unseenCauses.map(({ look }) => look(willCase, witness));
  const hiding = looks.find(({ is }) => is === 'hides');
  return {
    hiding: hiding?.facts,
    telling: [
      ...looks.filter(({ is }) => is === 'ruled-out').flatMap(({ facts }) => facts),
      ...looks.filter(({ is }) => is === 'told').flatMap(({ facts }) => facts),
    ],
  };
}

/** That what the Client publishes on the topic of its will reaches a subscriber. */
export interface PathProof {
  readonly topic: string;
  readonly seq: number;
  readonly atMs: number;
  readonly subscriber: string;
}

/** Notes that a message of the Client reached a subscriber: one of its own, or an earlier will. */
export function noteProof(
  sender: Connection,
  topic: string,
  copy: { readonly seq: number; readonly atMs: number; readonly connection: Connection },
): void {
  const { client } = sender;
  if (client === undefined) return;
  client.proof = { topic, seq: copy.seq, atMs: copy.atMs, subscriber: copy.connection.name };
}

function proofOf({ client, message }: Will): PathProof | undefined {
  return client.proof?.topic === message.topic ? client.proof : undefined;
}

function authorisation(will: Will): { readonly version: 4 | 5; readonly id: string } {
  return will.connection.version === 5 ? { version: 5, id: '5.4.2' } : { version: 4, id: 'MQTT-3.3.5-2' };
}
