/** Properties (v5 2.2.2), in the order given. */
import type { Properties, Property } from '../packet.ts';
import { type PropertyDefinition, propertyDefinition } from '../properties.ts';
import { notEncodable, Writer } from './writer.ts';

/** Used for one block after the other. */
const block = new Writer();

/** Writes Property Length and all properties. */
export function encodeProperties(writer: Writer, properties: Properties): void {
  if (properties.length === 0) {
    writer.uint8(0);
    return;
  }
  block.clear();
  for (const property of properties) encodeProperty(block, property);
  writer.variableByteInteger('Property Length', block.length);
  writer.raw(block.written());
}

/** One property: its identifier and value. */
export function encodeProperty(writer: Writer, property: Property): void {
  const definition = propertyDefinition(property.id);
  if (definition === undefined) throw notEncodable(`property ${property.id}`, 'the standard has none');
  const { name, type } = definition;
  writer.variableByteInteger('Identifier', property.id);
  if (!encodeValue(writer, definition, property)) {
    throw notEncodable(name, `a ${property.kind} is not of the type ${type}`);
  }
}

/** Returns false when the property is not of its definition's type. */
function encodeValue(writer: Writer, { name, type }: PropertyDefinition, property: Property): boolean {
  if (property.kind === 'number') {
    if (type === 'byte') writer.uint8(property.value);
    else if (type === 'two-byte-integer') writer.uint16(property.value);
    else if (type === 'four-byte-integer') writer.uint32(property.value);
    else if (type === 'variable-byte-integer') writer.variableByteInteger(name, property.value);
    else return false;
  } else if (property.kind === 'string' && type === 'utf8-string') {
    writer.text(name, property.value);
  } else if (property.kind === 'bytes' && type === 'binary-data') {
    writer.binary(name, property.value);
  } else if (property.kind === 'pair' && type === 'utf8-string-pair') {
    writer.text(name, property.name);
    writer.text(name, property.value);
  } else return false;
  return true;
}
