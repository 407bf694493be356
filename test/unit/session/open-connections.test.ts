import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Connection } from '../../../src/session/connection.ts';
import { FLAG, OpenConnections } from '../../../src/session/open-connections.ts';
import { Server } from '../../../src/session/server.ts';

describe('the open connections', () => {
  test('are found by id, whatever came and went', () => {
    const ids = fc.oneof(
      fc.integer({ min: 0, max: 40 }),
      fc.constantFrom(0x10000, 0x10001, 0x20000, 0x7fffffff),
    );
    const operations = fc.array(fc.record({ id: ids, leave: fc.boolean() }), { maxLength: 300 });
    fc.assert(
      fc.property(operations, (all) => {
        const open = new OpenConnections();
        const server = new Server('localhost:1883');
        const wanted = new Map<number, Connection>();
        for (const [seq, { id, leave }] of all.entries()) {
          if (leave) {
            wanted.get(id)?.leave();
            wanted.delete(id);
          } else {
            wanted.get(id)?.leave();
            const info = { server: server.key, tap: 'client' } as const;
            wanted.set(id, new Connection(id, info, server, open, seq, seq / 2));
          }
          expect(open.size).toBe(wanted.size);
        }
        for (const { id } of all) expect(open.get(id)).toBe(wanted.get(id));
        expect(open.slotOf(99)).toBe(-1);
      }),
    );
  });

  test('keep their last numbers when they leave', () => {
    const open = new OpenConnections();
    const server = new Server('localhost:1883');
    const info = { server: server.key, tap: 'client' } as const;
    const connection = new Connection(5, info, server, open, 7, 1000.5);
    connection.mark(FLAG.silent, true);
    connection.leave();
    connection.mark(FLAG.silent, false);
    expect(connection.lastFromClientAtMs).toBe(1000.5);
    expect(connection.lastFromClientSeq).toBe(7);
    expect(connection.has(FLAG.silent)).toBe(true);
    expect(open.get(5)).toBeUndefined();
  });
});
