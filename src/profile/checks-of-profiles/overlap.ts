/** Subscriptions that get in each other's way. */
import { sharedSubscription, topicFilterProblem } from '../../mqtt/topics.ts';
import type { ConnectionProfile } from '../model.ts';
import { filtersOverlap } from '../topic-filters.ts';
import { cite, type Finding, find } from './finding.ts';

/** Each is compared with each, so only so many are. */
const MAX_COMPARED = 100;

/** @param raw the profile with its variables: filters that hold some are compared as they are written, for equality only */
export function* checkOverlaps(raw: ConnectionProfile): Iterable<Finding> {
  const { protocolVersion, subscriptions } = raw;
  const earlier: { readonly filter: string; readonly index: number; readonly comparable: boolean }[] = [];
  for (const [index, { topicFilter: filter }] of subscriptions.slice(0, MAX_COMPARED).entries()) {
    const path = ['subscriptions', index, 'topicFilter'];
    const equal = earlier.find((each) => each.filter === filter);
    const comparable =
      !filter.includes('${') &&
      (protocolVersion !== 5 || sharedSubscription(filter) === undefined) &&
      topicFilterProblem(filter, protocolVersion) === undefined;
    if (equal !== undefined) {
      yield find(
        'subscription-duplicate',
        path,
        {
          filter,
          ...(protocolVersion === 5 ? {} : { cite: cite({ version: 4, id: 'MQTT-3.8.4-3' }) }),
        },
        { related: { path: ['subscriptions', equal.index, 'topicFilter'], message: 'The first.' } },
      );
      continue;
    }
    const other = comparable
      ? earlier.find((each) => each.comparable && filtersOverlap(each.filter, filter))
      : undefined;
    if (other !== undefined) {
      yield find(
        'subscriptions-overlap',
        path,
        {
          filter,
          other: other.filter,
          cite: cite(
            protocolVersion === 5 ? { version: 5, id: 'MQTT-3.3.4-2' } : { version: 4, id: 'MQTT-3.3.5-1' },
          ),
        },
        { related: { path: ['subscriptions', other.index, 'topicFilter'], message: 'The other.' } },
      );
    }
    earlier.push({ filter, index, comparable });
  }
}
