/** The sections of 5.0 on properties, told from the table of properties, so that no list is written twice. */
import { contextName, type PropertyDefinition, properties, propertyUses } from './properties.ts';

/** `[section, summary]` of every property in every packet that may hold it. */
export const propertySections: readonly (readonly [section: string, summary: string])[] = propertyUses(
  properties,
).map(({ definition, context, section }) => {
  const often = definition.repeatsIn.includes(context) ? 'any number of times' : 'at most once';
  return [section, `${definition.name} stands in ${contextName(context)} ${often}${valueRule(definition)}.`];
});

function valueRule({ minimum, maximum }: PropertyDefinition): string {
  if (maximum === 1) return ', and is 0 or 1';
  return minimum === 1 ? ', and is not 0' : '';
}
