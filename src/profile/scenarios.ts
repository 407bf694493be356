/** Scenarios as a model: steps with where they stand, durations in milliseconds, as whoever runs them wants them. */
import { buildMessage, buildSubscription } from './build.ts';
import type { FaultRule } from './fault-rules.ts';
import { buildFaultRule, directionOf, type FaultStepKey } from './fault-steps.ts';
import type { FaultDirection } from './faults.ts';
import type { MessageSettings, Range, SubscriptionSettings, UserProperties } from './model.ts';
import type { Settings } from './settings.ts';
import { StepPart } from './step-part.ts';

/** What is expected of a message; undefined: any. */
export interface MessageLikeness {
  readonly topic?: string | undefined;
  readonly payload?: string | undefined;
  readonly qos?: number | undefined;
  readonly retain?: boolean | undefined;
  readonly contentType?: string | undefined;
  readonly responseTopic?: string | undefined;
  /** All of them, in this order. */
  readonly userProperties?: UserProperties | undefined;
}

/** One step. `client` is the name of a profile of the same file. */
export type ScenarioStep =
  | {
      readonly do: 'connect' | 'takeOver';
      readonly client: string;
      readonly cleanStart?: boolean | undefined;
      /** That no connection comes about is what is expected. */
      readonly refused?: boolean | undefined;
    }
  /** What the Client itself does. */
  | { readonly do: 'resume' | 'cut' | 'close' | 'freeze'; readonly client: string }
  /** What the network between the Client and the Server does: at once, or when the conditions of the rule hold. */
  | {
      readonly do: 'fault';
      readonly client: string;
      readonly rule: FaultRule;
    }
  | {
      readonly do: 'thaw';
      readonly client: string;
      readonly direction: FaultDirection;
    }
  /** Takes all its faults away. */
  | { readonly do: 'clear'; readonly client: string }
  | {
      readonly do: 'publish';
      readonly client: string;
      readonly message: MessageSettings;
      readonly awaitAnswer: boolean;
    }
  | { readonly do: 'subscribe'; readonly client: string; readonly subscription: SubscriptionSettings }
  | { readonly do: 'unsubscribe'; readonly client: string; readonly topicFilter: string }
  | {
      readonly do: 'disconnect';
      readonly client: string;
      /** 0x00 or 0x04. */
      readonly reasonCode: number;
      /** In seconds. */
      readonly sessionExpiryInterval?: number | undefined;
    }
  | { readonly do: 'wait'; readonly forMs: number }
  | {
      readonly do: 'expectWill';
      readonly client: string;
      /** From the end of the connection. */
      readonly afterMs: number;
      readonly withinMs: number;
      readonly like: MessageLikeness;
    }
  /** The program that the profile stands for has connected to the profile's tap. */
  | { readonly do: 'expectConnect'; readonly client: string; readonly withinMs: number }
  | { readonly do: 'expectNoWill'; readonly client: string; readonly forMs: number }
  | { readonly do: 'expectSession'; readonly client: string; readonly present: boolean }
  | {
      readonly do: 'expectClosed';
      readonly client: string;
      readonly reasonCode?: number | undefined;
      readonly withinMs: number;
    }
  | {
      readonly do: 'expectMessage';
      readonly client: string;
      readonly like: MessageLikeness & { readonly topic: string };
      readonly withinMs: number;
    }
  | {
      readonly do: 'expectNoMessage';
      readonly client: string;
      readonly topic: string;
      readonly forMs: number;
    }
  | {
      readonly do: 'expectInsight';
      readonly client: string;
      readonly kind: string;
      readonly withinMs: number;
    }
  | {
      readonly do: 'expectNoInsight';
      readonly client: string;
      /** Undefined: any. */
      readonly kind?: string | undefined;
      readonly forMs: number;
    };

/** Whether it says that its profile stands for a program, which somebody else starts. */
export function isProgramStep(
  step: ScenarioStep,
): step is Extract<ScenarioStep, { readonly do: 'expectConnect' }> {
  return step.do === 'expectConnect';
}

export interface PlacedStep {
  readonly step: ScenarioStep;
  /** Its first key. */
  readonly range: Range;
}

export interface Scenario {
  readonly name: string;
  /** Where its name stands. */
  readonly range: Range;
  readonly description?: string | undefined;
  readonly steps: readonly PlacedStep[];
  /** Nothing keeps it from being run. */
  readonly usable: boolean;
}

const WITHIN_MS = 1000;
/** A program takes its time to start. */
const CONNECT_WITHIN_MS = 30_000;

/** The step of its settings; undefined when it is not whole. */
export function buildStep(settings: Settings): ScenarioStep | undefined {
  const [setting] = settings.entries.values();
  if (setting === undefined) return undefined;
  const { value } = setting;
  const inside = value.kind === 'object' ? value.settings : undefined;
  const part = new StepPart(inside);
  const key = setting.row.key;
  if (key === 'wait') return value.kind === 'number' ? { do: 'wait', forMs: value.number } : undefined;
  const client =
    value.kind === 'text'
      ? value.text
      : (part.text('as') ?? part.text('from') ?? part.text('by') ?? part.text('of'));
  if (client === undefined) return undefined;
  switch (key) {
    case 'connect':
    case 'takeOver':
      return {
        do: key,
        client,
        cleanStart: part.boolean('cleanStart'),
        refused: part.boolean('refused'),
      };
    case 'resume':
    case 'clear':
      return { do: key, client };
    case 'cut':
    case 'close':
      return part.part('when') === undefined ? { do: key, client } : faultStep(key, client, part);
    case 'freeze':
      return value.kind === 'text' ? { do: key, client } : faultStep(key, client, part);
    case 'delay':
    case 'limit':
    case 'dropDisconnect':
    case 'dropPingresp':
    case 'refuse':
      return faultStep(key, client, part);
    case 'thaw':
      return { do: key, client, direction: directionOf(part) };
    case 'publish':
      return (
        inside && {
          do: key,
          client,
          message: buildMessage(inside, 'message'),
          awaitAnswer: part.boolean('awaitAnswer') ?? true,
        }
      );
    case 'subscribe':
      return inside && { do: key, client, subscription: buildSubscription(inside) };
    case 'unsubscribe': {
      const topicFilter = part.text('topicFilter');
      return topicFilter === undefined ? undefined : { do: key, client, topicFilter };
    }
    case 'disconnect':
      return {
        do: key,
        client,
        reasonCode: part.number('reason') ?? 0,
        sessionExpiryInterval: part.number('sessionExpiryInterval'),
      };
    case 'expectWill':
      return {
        do: key,
        client,
        afterMs: part.number('after') ?? 0,
        withinMs: part.number('within') ?? WITHIN_MS,
        like: part.likeness(),
      };
    case 'expectConnect':
      return { do: key, client, withinMs: part.number('within') ?? CONNECT_WITHIN_MS };
    case 'expectNoWill': {
      const forMs = part.number('for');
      return forMs === undefined ? undefined : { do: key, client, forMs };
    }
    case 'expectSession': {
      const present = part.boolean('present');
      return present === undefined ? undefined : { do: key, client, present };
    }
    case 'expectClosed':
      return {
        do: key,
        client,
        reasonCode: part.number('reasonCode'),
        withinMs: part.number('within') ?? WITHIN_MS,
      };
    case 'expectMessage': {
      const topic = part.text('topic');
      if (topic === undefined) return undefined;
      return {
        do: key,
        client,
        like: { ...part.likeness(), topic },
        withinMs: part.number('within') ?? WITHIN_MS,
      };
    }
    case 'expectNoMessage': {
      const topic = part.text('topic');
      const forMs = part.number('for');
      return topic === undefined || forMs === undefined ? undefined : { do: key, client, topic, forMs };
    }
    case 'expectInsight': {
      const kind = part.text('kind');
      if (kind === undefined) return undefined;
      return { do: key, client, kind, withinMs: part.number('within') ?? WITHIN_MS };
    }
    case 'expectNoInsight':
      return { do: key, client, kind: part.text('kind'), forMs: part.number('for') ?? 0 };
    default:
      return undefined;
  }
}

function faultStep(key: FaultStepKey, client: string, part: StepPart): ScenarioStep | undefined {
  const rule = buildFaultRule(key, part);
  return rule && { do: 'fault', client, rule };
}
