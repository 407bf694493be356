/** The steps of scenarios that make faults, as the data that a tap takes. */
import { packetTypes } from '../mqtt/packet-types.ts';
import type { FaultRule } from './fault-rules.ts';
import type { Fault, FaultDirection, FaultKind } from './faults.ts';
import type { StepPart } from './step-part.ts';

/** The keys of steps that make faults in the network. */
export const faultStepKeys = [
  'cut',
  'close',
  'freeze',
  'delay',
  'limit',
  'dropDisconnect',
  'dropPingresp',
  'refuse',
] as const;

export type FaultStepKey = (typeof faultStepKeys)[number];

/** The rule that a step sets; undefined when it is not whole. Its Client is not in it. */
export function buildFaultRule(key: FaultStepKey, part: StepPart): FaultRule | undefined {
  const fault = faultOf(key, part);
  return fault && { fault, ...conditionOf(part.part('when')) };
}

export function directionOf(part: StepPart): FaultDirection {
  const word = part.text('direction');
  return word === 'toServer' || word === 'toClient' ? word : 'both';
}

/** Whether a fault waits for something: otherwise it is there at once, on the connection that is open and on those to come. */
export function isConditional({ nth, every, packet, afterMs }: FaultRule): boolean {
  return nth !== undefined || every !== undefined || packet !== undefined || afterMs !== undefined;
}

/** The step that makes a fault, as it is written in a file. */
export const faultWords: Readonly<Record<FaultKind, string>> = {
  reset_peer: 'cut',
  close: 'close',
  timeout: 'timeout',
  freeze: 'freeze',
  latency: 'delay',
  bandwidth: 'limit',
  drop_disconnect: 'dropDisconnect',
  drop_pingresp: 'dropPingresp',
  down: 'refuse',
};

/** The conditions as they would be written in a file: `{ packet: publish, count: 3 }`. */
export function conditionText({ nth, every, packet, afterMs }: FaultRule): string {
  const parts: readonly (readonly [string, string | number | undefined])[] = [
    ['packet', packet?.type],
    ['count', packet?.nth],
    ['from', packet?.from],
    ['nth', nth],
    ['every', every],
    ['after', afterMs === undefined ? undefined : `${afterMs}ms`],
  ];
  const given = parts.filter(([, value]) => value !== undefined);
  return `{ ${given.map(([name, value]) => `${name}: ${value}`).join(', ')} }`;
}

function faultOf(key: FaultStepKey, part: StepPart): Fault | undefined {
  switch (key) {
    case 'cut':
      return { kind: 'reset_peer' };
    case 'close':
      return { kind: 'close' };
    case 'freeze':
      return { kind: 'freeze', direction: directionOf(part) };
    case 'delay': {
      const latencyMs = part.number('by');
      const jitterMs = part.number('jitter') ?? 0;
      return latencyMs === undefined
        ? undefined
        : { kind: 'latency', direction: directionOf(part), latencyMs, jitterMs };
    }
    case 'limit': {
      const bytesPerSecond = part.number('rate');
      return bytesPerSecond === undefined
        ? undefined
        : { kind: 'bandwidth', direction: directionOf(part), bytesPerSecond };
    }
    case 'dropDisconnect':
      return { kind: 'drop_disconnect' };
    case 'dropPingresp':
      return { kind: 'drop_pingresp' };
    case 'refuse':
      return { kind: 'down' };
  }
}

function conditionOf(part: StepPart | undefined): Omit<FaultRule, 'fault'> {
  if (part === undefined) return {};
  const type = packetTypes.find((row) => row.type === part.text('packet'))?.type;
  const from = part.text('from');
  return {
    nth: part.number('nth'),
    every: part.number('every'),
    packet: type && {
      type,
      nth: part.number('count'),
      from: from === 'client' || from === 'server' ? from : undefined,
    },
    afterMs: part.number('after'),
  };
}
