import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { malformedReasons } from '../../../src/mqtt/malformed.ts';
import type { ProtocolVersion } from '../../../src/mqtt/packet.ts';
import { findStatement, statementKey, statementLabel, statements } from '../../../src/mqtt/statements.ts';
import { decisionTable } from '../../../src/session/decision-table.ts';
import { factTemplates, formatTemplate, renderFact } from '../../../src/session/sentences.ts';
import { rowCases, stage } from './support/row-cases.ts';

const folder = new URL('../../../src/session/', import.meta.url);

describe('the statements', () => {
  test('are known wherever the decision table cites one', () => {
    for (const row of decisionTable) {
      expect(row.statements.length, row.id).toBeGreaterThan(0);
      for (const ref of row.statements) expect(findStatement(ref), statementKey(ref)).toBeDefined();
    }
  });

  test('are known wherever a reason for malformed packets cites one', () => {
    for (const [reason, row] of Object.entries(malformedReasons)) {
      for (const [version, id] of Object.entries(row.statement)) {
        const ref = { version: Number(version) as ProtocolVersion, id };
        expect(findStatement(ref), `${reason}: ${statementKey(ref)}`).toBeDefined();
      }
    }
  });

  test('are known wherever a sentence names one in brackets', () => {
    for (const [code, template] of Object.entries(factTemplates)) {
      for (const [, id = ''] of template.matchAll(/\[(MQTT-[^\]]+)\]/g)) {
        const found = findStatement({ version: 5, id }) ?? findStatement({ version: 4, id });
        expect(found, `${code}: ${id}`).toBeDefined();
      }
    }
  });

  test('are each in the table once, with a summary and the page of their version', () => {
    const keys = statements.map(statementKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const each of statements) {
      expect(each.summary.length, statementKey(each)).toBeGreaterThan(10);
      expect(each.url).toMatch(/^https:\/\//);
      expect(each.section).toMatch(/^(\d+(\.\d+)*|Appendix [A-Z])$/);
    }
  });

  test('are labelled with their version', () => {
    expect(statementLabel({ version: 5, id: 'MQTT-3.1.3-9' })).toBe('v5 [MQTT-3.1.3-9]');
    expect(statementLabel({ version: 4, id: 'MQTT-3.1.2-8' })).toBe('v3.1.1 [MQTT-3.1.2-8]');
    expect(statementLabel({ version: 5, id: '3.1.2.11.2' })).toBe('v5 3.1.2.11.2');
  });
});

describe('the sentences', () => {
  test('are all used, and those that are used all exist', () => {
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('sentences.ts'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n');
    const byRows = new Set<string>();
    for (const { rule, reading } of decisionTable) {
      if (rule !== undefined) byRows.add(rule);
      if (reading !== undefined) byRows.add(`reading${reading}`);
    }
    const isUsed = (code: string): boolean =>
      byRows.has(code) ||
      sources.includes(`'${code}'`) ||
      sources.includes(`'${code.replace(/^reading/, '')}'`);
    expect(Object.keys(factTemplates).filter((code) => !isUsed(code))).toEqual([]);
  });

  test('fill every place of every fact that the rows give rise to, and cite only known statements', () => {
    const told = new Set<string>();
    for (const [row, cases] of Object.entries(rowCases)) {
      for (const rowCase of cases) {
        for (const behaviour of [rowCase.right, ...rowCase.wrong]) {
          const at = stage();
          rowCase.play(at);
          behaviour.act(at);
          at.story.settle(120_000);
          for (const { facts, checks } of at.story.entities.expectations.values()) {
            for (const fact of [...facts, ...checks.flatMap((check) => check.facts)]) {
              const sentence = renderFact(fact, undefined, 'en', 'UTC');
              expect(sentence, `${row} ${fact.code}`).not.toMatch(/[{}]|undefined|NaN|Infinity/);
              expect(fact.code in factTemplates, fact.code).toBe(true);
              if (fact.statement !== undefined) {
                expect(
                  findStatement(fact.statement),
                  `${fact.code} ${statementKey(fact.statement)}`,
                ).toBeDefined();
              }
              told.add(fact.code);
            }
          }
        }
      }
    }
    expect(told.size).toBeGreaterThan(80);
  });

  test('show times, durations and codes by the names of their places', () => {
    const atMs = Date.UTC(2026, 0, 1, 12, 0, 6, 212);
    const show = (template: string, params: Record<string, string | number>) =>
      formatTemplate(template, params, 'en', 'UTC');
    expect(show('at {endedAtMs}', { endedAtMs: atMs })).toBe('at 12:00:06.212');
    expect(show('{deviationMs}', { deviationMs: 2.4 })).toBe('+2 ms');
    expect(show('{deviationMs}', { deviationMs: -1500 })).toBe('−1.5 s');
    expect(show('{afterMs}', { afterMs: 12 })).toBe('12 ms');
    expect(show('{afterMs}', { afterMs: 61_000 })).toBe('61 s');
    expect(show('{delaySeconds}', { delaySeconds: 5 })).toBe('5 s');
    expect(show('{delaySeconds}', { delaySeconds: 0xffffffff })).toBe('4,294,967,295 s');
    expect(show('{sessionExpirySeconds}', { sessionExpirySeconds: 0xffffffff })).toBe('never (0xFFFFFFFF)');
    expect(show('{reasonCode}', { reasonCode: 0x8e })).toBe('0x8E');
    expect(show('{who} {missing}', { who: '<b>' })).toBe('<b> {missing}');
  });

  test('come from a translation where there is one', () => {
    const fact = { code: 'atOnce', params: {} };
    expect(renderFact(fact, { atOnce: 'Sofort' })).toBe('Sofort');
    expect(renderFact(fact, {})).toBe(factTemplates.atOnce);
    expect(renderFact({ code: 'unheard-of', params: {} })).toBe('unheard-of');
  });
});
