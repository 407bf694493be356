/** What a step expects, as a sentence. */
import { assertNever } from '../../mqtt/assert-never.ts';
import type { FaultRule } from '../../profile/fault-rules.ts';
import { conditionText, faultWords, isConditional } from '../../profile/fault-steps.ts';
import { type Fault, noteOf } from '../../profile/faults.ts';
import type { ScenarioSentence } from '../../profile/scenario-words.ts';
import type { ScenarioStep } from '../../profile/scenarios.ts';
import { answerText, hexadecimal } from './answer-text.ts';
import { say } from './judgement.ts';
import { tell } from './likeness.ts';

export function expectedOf(step: ScenarioStep): ScenarioSentence {
  if (step.do === 'wait') return say('timePasses', { forMs: step.forMs });
  const { client } = step;
  switch (step.do) {
    case 'connect':
      return say(step.refused === true ? 'connectsNot' : 'connects', { client });
    case 'resume':
      return say('comesBack', { client });
    case 'takeOver':
      return say(step.refused === true ? 'connectsNot' : 'takesOver', { client });
    case 'fault':
      return faultExpected(client, step.rule);
    case 'clear':
      return say('clears', { client });
    case 'publish':
      return say('publishes', { client, topic: step.message.topic, qos: step.message.qos });
    case 'subscribe':
      return say('subscribes', { client, topicFilter: step.subscription.topicFilter });
    case 'unsubscribe':
      return say('unsubscribes', { client, topicFilter: step.topicFilter });
    case 'disconnect':
      return say('disconnects', { client, reasonCode: hexadecimal(step.reasonCode) });
    case 'cut':
    case 'close':
      return say('ends', { client });
    case 'freeze':
      return say('fallsSilent', { client });
    case 'thaw':
      return say(`letsPass${direct[step.direction]}`, { client });
    case 'expectConnect':
      return say('programComes', { client, withinMs: step.withinMs });
    case 'expectWill': {
      const { afterMs, withinMs, like } = step;
      const message = tell(like);
      const times = { client, fromMs: afterMs, toMs: afterMs + withinMs };
      return message === '' ? say('willComes', times) : say('willComesLike', { ...times, message });
    }
    case 'expectNoWill':
      return say('noWillComes', { client, forMs: step.forMs });
    case 'expectSession':
      return say(step.present ? 'sessionPresent' : 'sessionAbsent', { client });
    case 'expectClosed': {
      const { reasonCode, withinMs } = step;
      if (reasonCode === undefined) return say('serverCloses', { client, withinMs });
      const reason = answerText('disconnect', 5, reasonCode);
      return say('serverClosesWith', { client, reason, withinMs });
    }
    case 'expectMessage':
      return say('messageComes', { client, message: tell(step.like), withinMs: step.withinMs });
    case 'expectNoMessage':
      return say('noMessageComes', { client, topic: step.topic, forMs: step.forMs });
    case 'expectInsight':
      return say('insightComes', { client, kind: step.kind, withinMs: step.withinMs });
    case 'expectNoInsight': {
      const { kind, forMs } = step;
      return say(kind === undefined ? 'noInsightsCome' : 'noInsightComes', { client, kind, forMs });
    }
  }
}

const direct = { toServer: 'ToServer', toClient: 'ToClient', both: 'Both' } as const;

function faultExpected(client: string, rule: FaultRule): ScenarioSentence {
  if (!isConditional(rule)) return sentenceOf(client, rule.fault);
  const { kind, direction, detail } = noteOf(rule.fault);
  const fault = [faultWords[kind], direction, detail].filter((part) => part !== undefined).join(' ');
  return say('ruleStands', { client, fault, condition: conditionText(rule) });
}

function sentenceOf(client: string, fault: Fault): ScenarioSentence {
  const detail = noteOf(fault).detail ?? '';
  switch (fault.kind) {
    case 'freeze':
      return say(`holds${direct[fault.direction]}`, { client });
    case 'latency':
      return say(`delays${direct[fault.direction]}`, { client, delay: detail });
    case 'bandwidth':
      return say(`limits${direct[fault.direction]}`, { client, rate: fault.bytesPerSecond });
    case 'drop_disconnect':
      return say('losesDisconnect', { client });
    case 'drop_pingresp':
      return say('losesPingresp', { client });
    case 'down':
      return say('refusesNew', { client });
    case 'reset_peer':
      return say('cutsOff', { client });
    case 'close':
    case 'timeout':
      return say('closesOff', { client });
    default:
      return assertNever(fault);
  }
}
