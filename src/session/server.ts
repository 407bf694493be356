/** What the trace knows of one Server: its Clients and their subscriptions. */
import type { ProtocolVersion } from '../mqtt/packet.ts';
import { TopicTree } from '../mqtt/topic-tree.ts';
import { topicMatches } from '../mqtt/topics.ts';
import { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { Subscribed } from './subscriptions.ts';
import { limits } from './tolerances.ts';

/** A SUBSCRIBE that the Server did not accept. */
export interface RefusedSubscription {
  readonly seq: number;
  readonly subscriber: string;
  readonly topicFilter: string;
  readonly version: ProtocolVersion;
  readonly reasonCode: number;
}

/** A CONNECT of an observer that the Server did not accept. */
export interface RefusedObserver {
  readonly seq: number;
  readonly version: ProtocolVersion;
  readonly reasonCode: number;
}

export class Server {
  readonly key: string;
  readonly clients = new Map<string, Client>();
  readonly connections = new Set<Connection>();
  readonly subscriptions = new TopicTree<Subscribed>();
  /** Of these, one subscriber of several gets each message, so none is certain to. */
  readonly sharedSubscriptions = new TopicTree<Subscribed>();

  /** Subscriptions that it refused, by Topic Filter, the oldest first. */
  readonly #refused = new Map<string, RefusedSubscription>();
  /** Connections by which this extension wanted to watch, and the newest of which it refused, by their client. */
  readonly #refusedObservers = new Map<string, RefusedObserver>();

  /** Whether it accepted an observer's connection; each client of ours has credentials of its own. */
  noteObserver(client: string | undefined, refused: RefusedObserver | undefined): void {
    noteNewest(this.#refusedObservers, client ?? '', refused);
  }

  /** How it refused the observer of this client. */
  refusedObserver(client: string | undefined): RefusedObserver | undefined {
    return this.#refusedObservers.get(client ?? '');
  }

  /** SUBACK told of each Topic Filter whether it was accepted. */
  noteSubscription(topicFilter: string, refused: RefusedSubscription | undefined): void {
    noteNewest(this.#refused, topicFilter, refused);
  }

  /** The newest refused subscription that would have matched. */
  refusedFor(topic: string): RefusedSubscription | undefined {
    let found: RefusedSubscription | undefined;
    for (const [topicFilter, refused] of this.#refused) if (topicMatches(topicFilter, topic)) found = refused;
    return found;
  }

  /** The tree that holds a subscription. */
  treeOf(subscribed: Subscribed): TopicTree<Subscribed> {
    return subscribed.shared ? this.sharedSubscriptions : this.subscriptions;
  }

  constructor(key: string) {
    this.key = key;
  }

  client(clientId: string): Client {
    let client = this.clients.get(clientId);
    if (client === undefined) {
      client = new Client(this, clientId);
      this.clients.set(clientId, client);
    }
    return client;
  }
}

/** Refusals by what was refused, the oldest first; what is accepted is none any more. */
function noteNewest<T>(refusals: Map<string, T>, key: string, refused: T | undefined): void {
  refusals.delete(key);
  if (refused === undefined) return;
  refusals.set(key, refused);
  if (refusals.size <= limits.refusedSubscriptions) return;
  for (const oldest of refusals.keys()) {
    refusals.delete(oldest);
    return;
  }
}
