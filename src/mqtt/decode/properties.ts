/** Properties (v5 2.2.2), in the order of the wire. */
import type { Properties, Property } from '../packet.ts';
import { TO_SERVER } from '../packet.ts';
import {
  contextName,
  noProperties,
  PROPERTY,
  type PropertyContext,
  type PropertyDefinition,
  propertyDefinition,
} from '../properties.ts';
import { hasWildcard } from '../topics.ts';
import type { Cursor } from './cursor.ts';
import { hexByte } from './preview.ts';

/** Reads Property Length and all properties; nothing before 5.0. */
export function decodeProperties(cursor: Cursor, context: PropertyContext, name = 'Properties'): Properties {
  if (cursor.version !== 5) return noProperties;
  const start = cursor.pos;
  cursor.fields?.open(name, start);
  const length = cursor.variableByteInteger('Property Length');
  if (length === 0) {
    cursor.fields?.close();
    return noProperties;
  }
  const outer = cursor.limit;
  if (length > cursor.left) {
    cursor.stop('properties-too-long', start, {
      announced: length,
      left: cursor.left,
    });
    return noProperties;
  }
  cursor.limit = cursor.pos + length;
  const found: Property[] = [];
  const seen = new Set<number>();
  while (cursor.more) {
    const property = decodeProperty(cursor, context, seen);
    if (property !== undefined) found.push(property);
  }
  cursor.limit = outer;
  cursor.fields?.close();
  return found;
}

function decodeProperty(cursor: Cursor, context: PropertyContext, seen: Set<number>): Property | undefined {
  const at = cursor.pos;
  // Identifiers are Variable Byte Integers, but all that the standard defines fit one byte.
  const id = cursor.bytes[at] ?? 0;
  const definition = propertyDefinition(id);
  if (definition === undefined) {
    cursor.stop('unknown-property', at, { id: hexByte(id) });
    return undefined;
  }
  const { name } = definition;
  const section = definition.contexts[context];
  if (section === undefined) {
    cursor.complain('property-not-allowed', at, { property: name, context: contextName(context) });
  }
  if (seen.has(id) && section !== undefined && !definition.repeatsIn.includes(context)) {
    cursor.complain('duplicate-property', at, { property: name }, { 5: section });
  }
  seen.add(id);
  const { onlyIn } = definition;
  if (onlyIn?.context === context && onlyIn.direction !== cursor.direction) {
    const sender = cursor.direction === TO_SERVER ? 'Client' : 'Server';
    const params = { property: name, sender, context: contextName(context) };
    cursor.complain('property-wrong-sender', at, params, { 5: onlyIn.statement });
  }
  cursor.fields?.open(name, at);
  cursor.pos = at + 1;
  cursor.fields?.leaf('Identifier', `0x${hexByte(id)}`, at, at + 1);
  cursor.subject = name;
  const property = decodeValue(cursor, definition);
  cursor.subject = undefined;
  cursor.fields?.close();
  checkValue(cursor, definition, property, at + 1, section);
  return property;
}

function decodeValue(cursor: Cursor, { id, type, unit, secret }: PropertyDefinition): Property {
  switch (type) {
    case 'byte':
      return { id, kind: 'number', value: cursor.uint8('Value') };
    case 'two-byte-integer':
      return { id, kind: 'number', value: cursor.uint16('Value', unit) };
    case 'four-byte-integer':
      return { id, kind: 'number', value: cursor.uint32('Value', unit) };
    case 'variable-byte-integer':
      return { id, kind: 'number', value: cursor.variableByteInteger('Value') };
    case 'utf8-string':
      return { id, kind: 'string', value: cursor.text('Value') };
    case 'utf8-string-pair': {
      const name = cursor.text('Name');
      return { id, kind: 'pair', name, value: cursor.text('Value') };
    }
    case 'binary-data':
      return { id, kind: 'bytes', value: cursor.binary('Value', secret) };
  }
}

function checkValue(
  cursor: Cursor,
  definition: PropertyDefinition,
  property: Property,
  at: number,
  section: string | undefined,
): void {
  const statement = { 5: section ?? '2.2.2.2' };
  if (property.kind === 'number') {
    const { minimum = 0, maximum = Number.POSITIVE_INFINITY } = definition;
    if (property.value >= minimum && property.value <= maximum) return;
    if (property.id === PROPERTY.topicAlias) {
      cursor.complain('topic-alias-zero', at);
    } else {
      const allowed = maximum === 1 ? '0 or 1' : `at least ${minimum}`;
      const params = { property: definition.name, value: property.value, allowed };
      cursor.complain('property-value', at, params, statement);
    }
  } else if (property.id === PROPERTY.responseTopic && property.kind === 'string') {
    if (hasWildcard(property.value)) {
      cursor.complain('topic-wildcard', at, { field: definition.name }, { 5: 'MQTT-3.3.2-14' });
    }
  }
}
