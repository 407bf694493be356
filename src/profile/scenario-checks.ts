/** What the steps of a scenario mean for each other: who is connected, and what can still be expected. */

import { sharedSubscription } from '../mqtt/topics.ts';
import { messageOf } from './checks.ts';
import { cite } from './checks-of-profiles/finding.ts';
import { isConditional } from './fault-steps.ts';
import type { FaultKind } from './faults.ts';
import type { ConnectionProfile, Range } from './model.ts';
import type { Problems } from './problems.ts';
import { isProgramStep, type PlacedStep, type ScenarioStep } from './scenarios.ts';
import { filtersOverlap } from './topic-filters.ts';

/** How the last connection of a Client ended, as far as the steps tell. */
type End = 'normal' | 'with will' | 'silent' | 'unknown';

interface ClientState {
  connected: boolean;
  end: End | undefined;
  endRange: Range | undefined;
  /** Clean Start of its last CONNECT. */
  clean: boolean | undefined;
  readonly filters: string[];
  /** Faults that may be in force. */
  readonly faults: Set<FaultKind>;
}

/** With one of these the Server learns of an end later than it happens, or not at all. */
const holdsEnds: readonly FaultKind[] = ['freeze', 'latency', 'bandwidth'];

const NEEDS_CONNECTION: ReadonlySet<ScenarioStep['do']> = new Set([
  'takeOver',
  'publish',
  'subscribe',
  'unsubscribe',
  'disconnect',
  'cut',
  'close',
  'freeze',
  'expectClosed',
]);

/** @param profiles by name; undefined for one that cannot be used, of which then nothing is known */
export function checkSteps(
  steps: readonly PlacedStep[],
  profiles: ReadonlyMap<string, ConnectionProfile | undefined>,
  problems: Problems,
): void {
  const clients = new Map<string, ClientState>();
  const programs = new Set(steps.flatMap(({ step }) => (isProgramStep(step) ? [step.client] : [])));
  for (const { step, range } of steps) {
    if (step.do === 'wait') continue;
    const profile = profiles.get(step.client);
    const state = clients.get(step.client) ?? newState(profile);
    clients.set(step.client, state);
    if (!profiles.has(step.client)) continue;
    const amiss = programs.has(step.client) ? wrongForProgram(step, profile) : undefined;
    if (amiss !== undefined) {
      problems.add('scenario-program', range, messageOf('scenario-program', { ...amiss }));
      // What is wrong with it is wrong with it alone, and not with the steps behind it.
      follow(step, state, profile, range);
      continue;
    }
    if (NEEDS_CONNECTION.has(step.do) && !state.connected) {
      problems.add(
        'scenario-not-connected',
        range,
        messageOf('scenario-not-connected', { name: step.client }),
      );
    }
    // What a program carries in its CONNECT, and subscribes to, the profile does not tell.
    const wrong = programs.has(step.client) ? undefined : profile && impossible(step, profile, state);
    if (wrong !== undefined) {
      problems.add(
        'expectation-impossible',
        range,
        messageOf('expectation-impossible', { why: wrong.why, next: wrong.next }),
        {
          related:
            state.endRange === undefined
              ? []
              : [{ range: state.endRange, message: 'The last end of its connection.' }],
        },
      );
    }
    follow(step, state, profile, range);
  }
}

const newState = (profile: ConnectionProfile | undefined): ClientState => ({
  connected: false,
  end: undefined,
  endRange: undefined,
  clean: undefined,
  filters: profile?.subscriptions.map(({ topicFilter }) => topicFilter) ?? [],
  faults: new Set(),
});

function follow(
  step: ScenarioStep,
  state: ClientState,
  profile: ConnectionProfile | undefined,
  range: Range,
): void {
  const ended = (end: End): void => {
    state.connected = false;
    state.end = end;
    state.endRange = range;
  };
  const { faults } = state;
  const held = holdsEnds.some((kind) => faults.has(kind));
  switch (step.do) {
    case 'connect':
      if (step.refused === true) break;
      state.connected = true;
      state.clean = step.cleanStart ?? profile?.cleanStart;
      // What a return does to a will that waits depends on when it comes.
      if (state.end === 'with will') state.end = 'unknown';
      break;
    case 'resume':
      state.connected = true;
      state.clean = false;
      if (state.end === 'with will') state.end = 'unknown';
      break;
    case 'takeOver':
      if (step.refused !== true) state.end = 'unknown';
      break;
    case 'disconnect': {
      const lost = step.reasonCode !== 0 || faults.has('drop_disconnect');
      ended(held ? 'unknown' : lost ? 'with will' : 'normal');
      break;
    }
    case 'cut':
    case 'close':
      ended(held ? 'unknown' : 'with will');
      break;
    case 'freeze':
      state.end = 'silent';
      break;
    case 'fault':
      faults.add(step.rule.fault.kind);
      // When it comes, and whether it does, the steps do not tell.
      if (isConditional(step.rule)) faults.add('freeze');
      break;
    case 'thaw':
      if (step.direction === 'both') faults.delete('freeze');
      break;
    case 'clear':
      faults.clear();
      break;
    case 'expectConnect':
      state.connected = true;
      state.end = 'unknown';
      state.clean = undefined;
      break;
    case 'expectClosed':
      ended('unknown');
      break;
    case 'subscribe':
      state.filters.push(step.subscription.topicFilter);
      break;
    default:
  }
}

/** What only a Client of ours can do. */
const ownSteps: ReadonlySet<ScenarioStep['do']> = new Set([
  'connect',
  'resume',
  'takeOver',
  'publish',
  'subscribe',
  'unsubscribe',
  'disconnect',
]);

function wrongForProgram(
  step: Exclude<ScenarioStep, { do: 'wait' }>,
  profile: ConnectionProfile | undefined,
): Wrong | undefined {
  if (ownSteps.has(step.do)) {
    return {
      why: `\`${step.client}\` stands for a program in this scenario (\`expectConnect\`), which does by itself what it does`,
      next: 'Use another profile for a client of the scenario.',
    };
  }
  if (!isProgramStep(step) || profile === undefined || profile.tap !== undefined) return undefined;
  return {
    why: `\`${step.client}\` names no address for a program to connect to`,
    next: 'Give the profile a `tap`, for example `tap: { listen: 127.0.0.1:1884 }`.',
  };
}

interface Wrong {
  readonly why: string;
  readonly next: string;
}

function impossible(step: ScenarioStep, profile: ConnectionProfile, state: ClientState): Wrong | undefined {
  switch (step.do) {
    case 'expectWill':
      return impossibleWill(step, profile, state);
    case 'expectNoWill': {
      const delayMs = (profile.will?.willDelayInterval ?? 0) * 1000;
      if (profile.will === undefined || state.connected || state.end !== 'with will' || step.forMs <= delayMs)
        return undefined;
      return {
        why: `The connection of \`${step.client}\` ended without a normal DISCONNECT, so the Server must publish its will ${delayMs / 1000} s later at the latest ${cite(of(profile, 'MQTT-3.1.2-8'))}`,
        next: 'Expect the will, or a shorter time without it.',
      };
    }
    case 'expectSession': {
      if (!step.present || state.clean !== true) return undefined;
      return {
        why: `\`${step.client}\` connected with Clean Start, so Session Present must be 0 ${cite(of(profile, 'MQTT-3.2.2-2', 'MQTT-3.2.2-1'))}`,
        next: 'Expect `present: false`, or connect with `cleanStart: false`.',
      };
    }
    case 'expectMessage': {
      const { topic } = step.like;
      if (topic.includes('${') || state.filters.some((filter) => mayMatch(filter, topic))) return undefined;
      return {
        why: `No subscription of \`${step.client}\` matches \`${topic}\``,
        next: 'Subscribe in the profile or in a step before.',
      };
    }
    default:
      return undefined;
  }
}

function impossibleWill(
  step: Extract<ScenarioStep, { do: 'expectWill' }>,
  profile: ConnectionProfile,
  { connected, end }: ClientState,
): Wrong | undefined {
  const { will } = profile;
  if (will === undefined) {
    return {
      why: `\`${step.client}\` has no will, so there is none to publish`,
      next: 'Give the profile a `will`.',
    };
  }
  if (!connected && end === 'normal') {
    return {
      why: `\`${step.client}\` left with a normal DISCONNECT, and that removes the will ${cite(of(profile, 'MQTT-3.14.4-3'))}`,
      next: 'Use `cut`, or `disconnect` with `reason: withWill`.',
    };
  }
  const delayMs = profile.protocolVersion === 5 ? (will.willDelayInterval ?? 0) * 1000 : 0;
  if (!connected && end === 'with will' && step.afterMs > delayMs) {
    return {
      why: `The will of \`${step.client}\` is due ${delayMs / 1000} s after the end of the connection at the latest, and here it must not come before ${step.afterMs / 1000} s ${cite(of(profile, 'MQTT-3.1.2-8'))}`,
      next: 'Shorten `after`, or lengthen the delay of the will.',
    };
  }
  return undefined;
}

const of = ({ protocolVersion }: ConnectionProfile, id5: string, id4 = id5) =>
  protocolVersion === 5 ? ({ version: 5, id: id5 } as const) : ({ version: 4, id: id4 } as const);

function mayMatch(filter: string, topic: string): boolean {
  return filter.includes('${') || filtersOverlap(sharedSubscription(filter)?.filter ?? filter, topic);
}
