/** What the trace knows of one Server: its Clients and their subscriptions. */
import { TopicTree } from '../mqtt/topic-tree.ts';
import { Client } from './client.ts';
import type { Connection } from './connection.ts';
import type { Subscribed } from './subscriptions.ts';

export class Server {
  readonly key: string;
  readonly clients = new Map<string, Client>();
  readonly connections = new Set<Connection>();
  readonly subscriptions = new TopicTree<Subscribed>();
  /** Of these, one subscriber of several gets each message, so none is certain to. */
  readonly sharedSubscriptions = new TopicTree<Subscribed>();

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
