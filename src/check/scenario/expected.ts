/** What a step expects, as a sentence. */
import { reasonCodeName } from '../../mqtt/reason-codes.ts';
import type { ScenarioSentence } from '../../profile/scenario-words.ts';
import type { ScenarioStep } from '../../profile/scenarios.ts';
import { hexadecimal } from './judge-connection.ts';
import { say } from './judgement.ts';
import { tell } from './likeness.ts';

export function expectedOf(step: ScenarioStep): ScenarioSentence {
  if (step.do === 'wait') return say('timePasses', { forMs: step.forMs });
  const { client } = step;
  switch (step.do) {
    case 'connect':
      return say('connects', { client });
    case 'resume':
      return say('comesBack', { client });
    case 'takeOver':
      return say('takesOver', { client });
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
      return say('speaksAgain', { client });
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
      const reason = `DISCONNECT ${hexadecimal(reasonCode)} (${reasonCodeName('disconnect', 5, reasonCode)})`;
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
