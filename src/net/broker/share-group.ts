import type { Message, Sharing } from './message.ts';
import type { Subscribed } from './subscriptions.ts';

/** The Sessions that share one subscription (v5 4.8.2). Each message goes to one of them, in turn. */
export class ShareGroup implements Sharing {
  /** Without `$share/` and ShareName. */
  readonly topicFilter: string;
  readonly #members: Subscribed[] = [];
  #turn = 0;

  constructor(topicFilter: string) {
    this.topicFilter = topicFilter;
  }

  get empty(): boolean {
    return this.#members.length === 0;
  }

  add(member: Subscribed): void {
    this.#members.push(member);
  }

  remove(member: Subscribed): void {
    const index = this.#members.indexOf(member);
    if (index < 0) return;
    this.#members.splice(index, 1);
    // Whose turn it was keeps it.
    const turn = this.#turn % (this.#members.length + 1);
    this.#turn = turn > index ? turn - 1 : turn;
  }

  /**
   * The next member that is connected and keeps up; else one that is connected; else one that keeps messages while
   * away. `except` is left out.
   */
  next(except?: object): Subscribed | undefined {
    const members = this.#members;
    const from = this.#turn;
    let slow: number | undefined;
    let away: number | undefined;
    for (let step = 0; step < members.length; step++) {
      const index = (from + step) % members.length;
      const session = members[index]?.session;
      if (session === undefined || session === except) continue;
      if (session.connection === undefined) away ??= index;
      else if (session.outgoing.busy) slow ??= index;
      else return this.#take(index);
    }
    const found = slow ?? away;
    return found === undefined ? undefined : this.#take(found);
  }

  /** See Sharing. A member that is connected only: to wait with one who is away is no better than to wait here. */
  passOn(message: Message, from: object): boolean {
    const member = this.next(from);
    if (member === undefined || member.session.connection === undefined) return false;
    member.session.outgoing.push({
      message,
      qos: message.qos < member.qos ? message.qos : member.qos,
      retain: member.retainAsPublished && message.retain,
      subscriptionIdentifiers: member.identifiers,
      shared: this,
    });
    return true;
  }

  #take(index: number): Subscribed | undefined {
    this.#turn = index + 1;
    return this.#members[index];
  }
}
