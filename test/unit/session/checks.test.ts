import { describe, expect, test } from 'vitest';
import { type Property, TO_CLIENT } from '../../../src/mqtt/packet.ts';
import { PROPERTY } from '../../../src/mqtt/properties.ts';
import type { Check, ExpectationView } from '../../../src/session/model.ts';
import { checkTitles } from '../../../src/session/sentences.ts';
import {
  binary,
  number,
  type PublishOptions,
  pair,
  Story,
  text,
  utf8,
  willPayload,
} from './support/story.ts';

const willProperties: readonly Property[] = [
  number(PROPERTY.payloadFormatIndicator, 1),
  number(PROPERTY.messageExpiryInterval, 60),
  text(PROPERTY.contentType, 'text/plain'),
  text(PROPERTY.responseTopic, 'demo/reply'),
  binary(PROPERTY.correlationData, Uint8Array.of(1, 2, 3)),
  pair('why', 'lost'),
  pair('where', 'lab'),
  pair('why', 'again'),
];

interface Setup {
  readonly subscriber?: 4 | 5;
  readonly retainAsPublished?: boolean;
  readonly grantedQos?: 0 | 1 | 2;
  readonly retain?: boolean;
  readonly plain?: boolean;
}

/** A will without delay, and what the subscriber receives 20 ms after the cut. */
function received(setup: Setup, receive: (story: Story) => PublishOptions | Uint8Array): ExpectationView {
  const story = new Story();
  const observer = story.observer(
    '#',
    { qos: setup.grantedQos ?? 2, retainAsPublished: setup.retainAsPublished ?? false },
    setup.subscriber ?? 5,
  );
  story.wait(10_000);
  const properties = setup.plain === true ? [] : willProperties;
  const demo = story.connected('demo', { will: { properties, qos: 1, retain: setup.retain ?? false } });
  demo.cut();
  story.wait(20);
  const copy = receive(story);
  if (copy instanceof Uint8Array) observer.raw(TO_CLIENT, copy);
  else observer.receives(copy);
  return story.settle().expectation('will');
}

function check(expectation: ExpectationView, id: Check['id']): Check | undefined {
  return expectation.checks.find((each) => each.id === id);
}

const right = { properties: willProperties };
const without = (id: number): Property[] => willProperties.filter((each) => each.id !== id);
const instead = (id: number, property: Property): Property[] =>
  willProperties.map((each) => (each.id === id ? property : each));

interface Wrong {
  readonly name: string;
  readonly setup?: Setup;
  readonly copy: PublishOptions | Uint8Array;
  readonly passed: boolean | 'undecided';
  readonly fact: string;
}

const wrongs: Readonly<Record<Check['id'], readonly Wrong[]>> = {
  P1: [
    {
      name: 'another payload',
      copy: { ...right, payload: 'I’m' },
      passed: 'undecided',
      fact: 'checkContentOther',
    },
  ],
  P2: [
    { name: 'a lower QoS', copy: { ...right, qos: 0 }, passed: false, fact: 'checkQosWrong' },
    { name: 'a higher QoS', copy: { ...right, qos: 2 }, passed: false, fact: 'checkQosWrong' },
    {
      name: 'more than was granted',
      setup: { grantedQos: 0 },
      copy: { ...right, qos: 1 },
      passed: false,
      fact: 'checkQosWrong',
    },
  ],
  P3: [
    {
      name: 'RETAIN 1 to an existing subscription',
      setup: { retain: true },
      copy: { ...right, retain: true },
      passed: false,
      fact: 'checkRetainWrong',
    },
    {
      name: 'RETAIN 0 though the subscription has Retain As Published',
      setup: { retain: true, retainAsPublished: true },
      copy: right,
      passed: false,
      fact: 'checkRetainWrong',
    },
  ],
  P4: [
    {
      name: 'no content type',
      copy: { properties: without(PROPERTY.contentType) },
      passed: false,
      fact: 'checkPropertyMissing',
    },
    {
      name: 'another response topic',
      copy: { properties: instead(PROPERTY.responseTopic, text(PROPERTY.responseTopic, 'x')) },
      passed: false,
      fact: 'checkPropertyAltered',
    },
    {
      name: 'other correlation data',
      copy: {
        properties: instead(PROPERTY.correlationData, binary(PROPERTY.correlationData, Uint8Array.of(1))),
      },
      passed: false,
      fact: 'checkPropertyAltered',
    },
    {
      name: 'a property that the will does not have',
      setup: { plain: true },
      copy: { properties: [text(PROPERTY.contentType, 'x')] },
      passed: false,
      fact: 'checkPropertyAdded',
    },
    {
      name: 'User Properties in another order',
      copy: {
        properties: [
          ...without(PROPERTY.userProperty),
          pair('why', 'again'),
          pair('where', 'lab'),
          pair('why', 'lost'),
        ],
      },
      passed: false,
      fact: 'checkUserProperties',
    },
    {
      name: 'a Message Expiry Interval that grew',
      copy: {
        properties: instead(PROPERTY.messageExpiryInterval, number(PROPERTY.messageExpiryInterval, 61)),
      },
      passed: false,
      fact: 'checkExpiry',
    },
    {
      name: 'a Message Expiry Interval that lost more than the time waited',
      copy: {
        properties: instead(PROPERTY.messageExpiryInterval, number(PROPERTY.messageExpiryInterval, 55)),
      },
      passed: false,
      fact: 'checkExpiry',
    },
    {
      name: 'the Will Delay Interval, which belongs into CONNECT',
      setup: { plain: true },
      copy: { properties: [number(PROPERTY.willDelayInterval, 5)] },
      passed: false,
      fact: 'checkDelayLeaked',
    },
    {
      name: 'a property twice',
      setup: { plain: true },
      copy: { properties: [text(PROPERTY.contentType, 'a'), text(PROPERTY.contentType, 'a')] },
      passed: false,
      fact: 'checkMalformed',
    },
  ],
  P5: [],
  P6: [
    {
      name: 'the properties in front of the payload',
      setup: { subscriber: 4 },
      copy: { payload: Uint8Array.of(3, 3, 0, 0, ...utf8(willPayload)) },
      passed: false,
      fact: 'checkNotDropped',
    },
  ],
};

describe.each(Object.entries(checkTitles))('%s: %s', (name) => {
  const id = name as Check['id'];
  const version = id === 'P6' ? 4 : 5;

  test('passes for a will as it was given', () => {
    const expectation = received({ subscriber: version }, () => (version === 5 ? right : {}));
    expect(expectation.verdict).toBe('met');
    expect(check(expectation, id)?.passed, JSON.stringify(expectation.checks)).toBe(true);
  });

  test.each(wrongs[id])('does not pass with $name', ({ setup, copy, passed, fact }) => {
    const found = check(
      received(setup ?? {}, () => copy),
      id,
    );
    expect(found?.passed).toBe(passed);
    expect(found?.facts.map(({ code }) => code)).toContain(fact);
  });
});

describe('the checks', () => {
  test('accept a Message Expiry Interval less the time waited, a subscription identifier and a left out 0', () => {
    const story = new Story();
    const observer = story.observer();
    const properties = [
      number(PROPERTY.messageExpiryInterval, 60),
      number(PROPERTY.payloadFormatIndicator, 0),
    ];
    story.connected('demo', { will: { properties } }).cut();
    story.wait(2500);
    observer.receives({
      properties: [number(PROPERTY.messageExpiryInterval, 58), number(PROPERTY.subscriptionIdentifier, 4)],
    });
    const will = story.settle().expectation('will');
    expect(check(will, 'P4')?.passed).toBe(true);
  });

  test('accept RETAIN 1 where the subscription has Retain As Published', () => {
    const expectation = received({ retain: true, retainAsPublished: true }, () => ({
      ...right,
      retain: true,
    }));
    expect(check(expectation, 'P3')?.passed).toBe(true);
  });

  test('leave QoS and RETAIN open for a Session that is older than the trace', () => {
    const story = new Story();
    const observer = story.connected(
      'observer',
      { will: false, cleanStart: false, expiry: 60 },
      { sessionPresent: true },
    );
    story.connected('demo', {}).cut();
    story.wait(10);
    observer.receives({ qos: 0 });
    const will = story.settle().expectation('will');
    expect(will.verdict).toBe('met');
    expect(check(will, 'P2')?.passed).toBe('undecided');
    expect(check(will, 'P3')?.passed).toBe('undecided');
  });

  test('find a will that was retained though Will Retain is 0', () => {
    const story = new Story();
    const observer = story.observer();
    const demo = story.connected('demo', {});
    demo.publish({ payload: 'online', retain: true });
    story.wait(3);
    observer.receives({ payload: 'online' });
    demo.cut();
    story.wait(10);
    observer.receives();
    story.wait(5000);
    const late = story.connected('late', { will: false });
    late.subscribe([{ topicFilter: '#' }]);
    late.receives({ retain: true });
    expect(check(story.settle().expectation('will'), 'P3')?.passed).toBe(false);
  });

  test('tell a will whose payload was altered as missed', () => {
    const expectation = received({}, () => ({ ...right, payload: 'cut' }));
    expect(expectation.verdict).toBe('missed');
    expect(expectation.facts.map(({ code }) => code)).toContain('alteredCopy');
  });
});
