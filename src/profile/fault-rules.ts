/** When a fault comes by itself. */
import type { PacketType } from '../mqtt/packet.ts';
import type { Fault } from './faults.ts';

/**
 * A fault and the conditions under which it comes; all that are given must hold. Without any, each new connection has it
 * from its start. With `packet`, that packet passes first, and nothing behind it; with `clientId` but without `packet`,
 * the fault comes before the CONNECT passes.
 */
export interface FaultRule {
  readonly fault: Fault;
  /** `*` stands for any characters. */
  readonly clientId?: string | undefined;
  /** Only the nth connection since the rule was set, counted from 1. With `clientId`, the nth of such Clients. */
  readonly nth?: number | undefined;
  /** Only each so-manieth connection: 10 for the 10th, the 20th... Counted as `nth`. */
  readonly every?: number | undefined;
  /** When the Client (or the Server, for what only Servers send) has sent the nth packet of this type; the first unless told. */
  readonly packet?:
    | {
        readonly type: PacketType;
        readonly from?: 'client' | 'server' | undefined;
        readonly nth?: number | undefined;
      }
    | undefined;
  /** So much later than the other conditions were met, in ms. */
  readonly afterMs?: number | undefined;
}

/** A rule that is in force. */
export interface FaultRuleView {
  readonly id: number;
  readonly rule: FaultRule;
  /** How often its fault has come. */
  readonly applied: number;
}

/** Whether a Client Identifier is one that the rule is about. */
export function matchesClient(pattern: string | undefined, clientId: string): boolean {
  if (pattern === undefined) return true;
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return clientId === first;
  if (clientId.length < first.length + last.length) return false;
  if (!clientId.startsWith(first) || !clientId.endsWith(last)) return false;
  let from = first.length;
  const end = clientId.length - last.length;
  for (const part of rest) {
    const at = clientId.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
