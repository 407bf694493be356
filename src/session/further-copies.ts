/** What comes after a will was seen: further copies, and retained ones. */
import type { Connection } from './connection.ts';
import { fact } from './facts.ts';
import type { Will } from './will.ts';
import type { World } from './world.ts';

interface Seen {
  readonly seq: number;
  readonly atMs: number;
  readonly connection: Connection;
}

/** A further copy on a connection that had its own already. */
export function receivedAgain(world: World, will: Will, copy: Seen, sure: boolean): void {
  const willCase = will.case;
  if (willCase === undefined) return;
  const receivedAtMs = copy.atMs;
  const evidence = { seq: copy.seq, statement: onceStatement(will) };
  const told = sure
    ? fact('checkTwice', { subscriber: copy.connection.name, receivedAtMs }, evidence)
    : fact('checkTwiceUnclear', { receivedAtMs }, evidence);
  willCase.checks = willCase.checks.map((check) =>
    check.id === 'P5' && check.passed === true
      ? { id: 'P5', passed: sure ? false : 'undecided', facts: [...check.facts, told] }
      : check,
  );
  world.changed.expectations.mark(willCase);
}

/** A later subscriber got a retained message though Will Retain is 0. */
export function receivedRetainedWrongly(world: World, will: Will, copy: Seen): void {
  const willCase = will.case;
  if (willCase === undefined) return;
  const version = will.connection.version || 5;
  const id = { 5: 'MQTT-3.1.2-14', 4: 'MQTT-3.1.2-16', 3: '3.1' }[version];
  const told = fact('checkRetainedCopy', {}, { seq: copy.seq, statement: { version, id } });
  willCase.checks = willCase.checks.map((check) =>
    check.id === 'P3' ? { id: 'P3', passed: false, facts: [...check.facts, told] } : check,
  );
  world.changed.expectations.mark(willCase);
}

function onceStatement(will: Will): { readonly version: 4 | 5; readonly id: string } {
  return { version: will.connection.version === 5 ? 5 : 4, id: 'MQTT-3.1.2-10' };
}
