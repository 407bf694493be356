/** The rules of a tap, and how far their conditions have come on each connection. */
import { type Direction, TO_CLIENT, TO_SERVER } from '../../mqtt/packet.ts';
import { packetTypes } from '../../mqtt/packet-types.ts';
import { type FaultRule, type FaultRuleView, matchesClient } from '../../profile/fault-rules.ts';
import { tellConditions, tellConditionsOfLiving } from '../../profile/fault-words.ts';
import { faultRows } from '../../profile/faults.ts';
import type { TappedConnection } from './tapped-connection.ts';

interface Entry {
  readonly id: number;
  readonly rule: FaultRule;
  /** Its conditions, as the trace tells them: for a connection that came after it was set, and for one that was there. */
  readonly words: string;
  readonly wordsOfLiving: string;
  /** Those that were there when it was set. */
  readonly living: WeakSet<TappedConnection>;
  /** Connections that were candidates so far. */
  candidates: number;
  applied: number;
  /** Connections that wait for the packet, and how many of its type have passed there. */
  readonly waiting: Map<TappedConnection, number>;
}

export class RuleBook {
  readonly #entries = new Map<number, Entry>();
  readonly #changed: () => void;
  #nextId = 1;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Holds for connections from now on, and for those given, which are open. Returns its id. */
  add(rule: FaultRule, living: Iterable<TappedConnection> = []): number {
    const id = this.#nextId;
    this.#nextId += 1;
    const entry: Entry = {
      id,
      rule,
      words: tellConditions(rule),
      wordsOfLiving: tellConditionsOfLiving(rule),
      living: new WeakSet(),
      candidates: 0,
      applied: 0,
      waiting: new Map(),
    };
    this.#entries.set(id, entry);
    for (const connection of [...living]) {
      if (!isMeant(rule, connection)) continue;
      entry.living.add(connection);
      this.#consider(entry, connection);
    }
    this.#changed();
    return id;
  }

  /** Returns the rule that was there. */
  remove(id: number): FaultRule | undefined {
    const rule = this.#entries.get(id)?.rule;
    this.#entries.delete(id);
    this.#changed();
    return rule;
  }

  removeAll(): void {
    this.#entries.clear();
    this.#changed();
  }

  views(): readonly FaultRuleView[] {
    return [...this.#entries.values()].map(({ id, rule, applied }) => ({ id, rule, applied }));
  }

  /** Whether the broker is to be missing for all connections. */
  get refusesAll(): boolean {
    return [...this.#entries.values()].some(
      ({ rule }) => isRefusal(rule) && rule.nth === undefined && rule.every === undefined,
    );
  }

  /** A connection has been accepted: whether the broker is to be missing for it. */
  refuses(connection: TappedConnection): boolean {
    let refused = false;
    for (const entry of this.#entries.values()) {
      if (!isRefusal(entry.rule) || !this.#counts(entry)) continue;
      entry.applied += 1;
      connection.make(entry.rule.fault, entry.words);
      refused = true;
    }
    return refused;
  }

  /** A connection has been made to the Server. */
  opened(connection: TappedConnection): void {
    let byClient = false;
    for (const entry of this.#entries.values()) {
      if (entry.rule.clientId !== undefined) byClient = true;
      else if (!isRefusal(entry.rule)) this.#consider(entry, connection);
    }
    if (byClient) connection.holdForConnect();
  }

  /** Its CONNECT has been read. */
  connectRead(connection: TappedConnection): void {
    for (const entry of this.#entries.values()) {
      const { clientId } = entry.rule;
      if (clientId !== undefined && matchesClient(clientId, connection.clientId)) {
        this.#consider(entry, connection);
      }
    }
  }

  packetPassed(connection: TappedConnection, direction: Direction, type: number): void {
    for (const entry of this.#entries.values()) {
      const passed = entry.waiting.get(connection);
      const awaited = awaitedPacket(entry.rule);
      if (passed === undefined || awaited?.number !== type || awaited.direction !== direction) continue;
      if (passed + 1 < awaited.nth) {
        entry.waiting.set(connection, passed + 1);
        continue;
      }
      entry.waiting.delete(connection);
      this.#apply(entry, connection);
    }
  }

  gone(connection: TappedConnection): void {
    for (const { waiting } of this.#entries.values()) waiting.delete(connection);
  }

  #consider(entry: Entry, connection: TappedConnection): void {
    if (!this.#counts(entry)) return;
    const awaited = awaitedPacket(entry.rule);
    if (awaited === undefined) {
      this.#apply(entry, connection);
      return;
    }
    entry.waiting.set(connection, 0);
    connection.watch(awaited.direction);
  }

  /** Whether the rule is about the connection that has just become a candidate. */
  #counts(entry: Entry): boolean {
    entry.candidates += 1;
    const { nth, every } = entry.rule;
    return (
      (nth === undefined || entry.candidates === nth) &&
      (every === undefined || entry.candidates % every === 0)
    );
  }

  #apply(entry: Entry, connection: TappedConnection): void {
    const { fault, afterMs } = entry.rule;
    const make = (): void => {
      if (this.#entries.get(entry.id) !== entry) return;
      entry.applied += 1;
      connection.make(fault, entry.living.has(connection) ? entry.wordsOfLiving : entry.words);
      this.#changed();
    };
    if (afterMs === undefined || afterMs === 0) make();
    else connection.later(afterMs, make);
  }
}

/** Whether it can come before there is a connection to the Server. */
function isRefusal({ fault, clientId, packet, afterMs }: FaultRule): boolean {
  return fault.kind === 'down' && clientId === undefined && packet === undefined && afterMs === undefined;
}

/** Whether a rule is about a connection that was open before. One whose CONNECT is to come is looked at when it has come. */
function isMeant({ fault, clientId }: FaultRule, connection: TappedConnection): boolean {
  if (!faultRows[fault.kind].onLiving) return false;
  return (
    clientId === undefined || (connection.clientId !== '' && matchesClient(clientId, connection.clientId))
  );
}

function awaitedPacket({
  packet,
}: FaultRule): { readonly number: number; readonly direction: Direction; readonly nth: number } | undefined {
  if (packet === undefined) return undefined;
  const row = packetTypes.find(({ type }) => type === packet.type);
  if (row === undefined) return undefined;
  const told = packet.from === undefined ? row.direction : packet.from === 'client' ? TO_SERVER : TO_CLIENT;
  return { number: row.number, direction: told ?? TO_SERVER, nth: packet.nth ?? 1 };
}
