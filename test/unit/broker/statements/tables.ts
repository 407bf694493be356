/** The tables of cases, in the order of the standard, and the tests that are made of them. */
import { acknowledgementCases } from './cases/acknowledgements.ts';
import { authenticationCases } from './cases/authentication.ts';
import { connackCases } from './cases/connack.ts';
import { connectCases } from './cases/connect.ts';
import { connectPayloadCases } from './cases/connect-payload.ts';
import { deliveryCases } from './cases/delivery.ts';
import { disconnectCases } from './cases/disconnect.ts';
import { formatCases } from './cases/format.ts';
import { publishCases } from './cases/publish.ts';
import { publishPropertyCases } from './cases/publish-properties.ts';
import { retainCases } from './cases/retain.ts';
import { sessionStateCases } from './cases/session-state.ts';
import { sharedCases } from './cases/shared.ts';
import { subscribeCases } from './cases/subscribe.ts';
import { topicCases } from './cases/topics.ts';
import { transportCases } from './cases/transport.ts';
import { unsubscribeCases } from './cases/unsubscribe.ts';
import { willCases } from './cases/will.ts';
import { type Coverage, type CoveredStatement, covered } from './coverage.ts';

export interface Chapter {
  readonly title: string;
  /** Below `cases/`. */
  readonly file: string;
  readonly tables: readonly Coverage[];
}

export const chapters: readonly Chapter[] = [
  { title: 'data, and the parts of a packet', file: 'format.ts', tables: formatCases },
  { title: 'CONNECT', file: 'connect.ts', tables: connectCases },
  { title: 'the Will Message', file: 'will.ts', tables: willCases },
  {
    title: 'the payload of CONNECT, and what is done with it',
    file: 'connect-payload.ts',
    tables: connectPayloadCases,
  },
  { title: 'CONNACK', file: 'connack.ts', tables: connackCases },
  { title: 'PUBLISH', file: 'publish.ts', tables: publishCases },
  { title: 'retained messages', file: 'retain.ts', tables: retainCases },
  { title: 'the properties of PUBLISH', file: 'publish-properties.ts', tables: publishPropertyCases },
  { title: 'what answers PUBLISH', file: 'acknowledgements.ts', tables: acknowledgementCases },
  { title: 'SUBSCRIBE', file: 'subscribe.ts', tables: subscribeCases },
  { title: 'UNSUBSCRIBE and PINGREQ', file: 'unsubscribe.ts', tables: unsubscribeCases },
  { title: 'DISCONNECT', file: 'disconnect.ts', tables: disconnectCases },
  { title: 'AUTH', file: 'authentication.ts', tables: authenticationCases },
  { title: 'Session State, and errors', file: 'session-state.ts', tables: sessionStateCases },
  { title: 'delivery at each QoS', file: 'delivery.ts', tables: deliveryCases },
  { title: 'order, topics and filters', file: 'topics.ts', tables: topicCases },
  { title: 'Shared Subscriptions, flow and size', file: 'shared.ts', tables: sharedCases },
  { title: 'transports', file: 'transport.ts', tables: transportCases },
];

/** One row a statement and version. */
export const coveredStatements: readonly CoveredStatement[] = chapters.flatMap(({ tables }) =>
  covered(tables),
);
