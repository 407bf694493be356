/** Answers the variables of profiles from the environment, as there is nobody to ask. */
import { randomInt } from 'node:crypto';
import type { Lookup } from '../profile/resolve.ts';
import { randomText } from '../profile/variables.ts';
import { CommandError } from './errors.ts';

/** The environment variable that answers a secret or a question: `MQTT_SECRET_DEMO` for `${secret:demo}`. */
export function environmentName(kind: 'secret' | 'input', name: string): string {
  const word = name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return `MQTT_${kind.toUpperCase()}_${word}`;
}

/** @throws CommandError (from the lookup) that names the environment variable that is missing */
export function environmentLookup(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Lookup {
  return (kind, name) => {
    switch (kind) {
      case 'env':
        return environment[name];
      case 'secret':
      case 'input': {
        const variable = environmentName(kind, name);
        const value = environment[variable];
        if (value !== undefined) return value;
        throw new CommandError(
          `\`\${${kind}:${name}}\` has no value. Set the environment variable ${variable} to it.`,
        );
      }
      case 'workspaceFolder':
        return folder;
      case 'random':
        return randomText(Number(name), () => randomInt(2 ** 32) / 2 ** 32);
    }
  };
}
