import { describe, expect, it } from 'vitest';
import { projectFolder } from '../../e2e/support/folders.ts';
import { packetStarts, readCorpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';
import { mutated, mutations } from './mutate.ts';
import { Random } from './random.ts';

const corpus = readCorpus(projectFolder);

describe('the corpus of the fuzz tests', () => {
  it('has streams of whole packets, each beginning with CONNECT, in every version', () => {
    expect(corpus.length).toBeGreaterThan(50);
    expect(corpus.every((stream) => stream[0] === 0x10)).toBe(true);
    for (const version of ['MQIsdp\x03', 'MQTT\x04', 'MQTT\x05']) {
      expect(corpus.filter((stream) => stream.includes(version)).length).toBeGreaterThan(5);
    }
    expect(corpus.filter((stream) => packetStarts(stream).length > 3).length).toBeGreaterThan(20);
  });

  it('is changed by each mutation', () => {
    for (const [name, mutation] of Object.entries(mutations)) {
      const random = new Random(1);
      const changed = corpus.filter((stream) => !mutation(stream, random, corpus).equals(stream));
      expect({ name, changed: changed.length > corpus.length / 4 }).toEqual({ name, changed: true });
    }
  });

  it('is changed in the same way by the same seed', () => {
    const streams = (seed: number): string[] => {
      const random = new Random(seed);
      return Array.from({ length: 100 }, () => mutated(corpus, random).toString('hex'));
    };
    expect(streams(7)).toEqual(streams(7));
    expect(streams(7)).not.toEqual(streams(8));
  });
});

describe('the broker', () => {
  const patience = { timeout: 300_000 };
  it(
    'answers or closes after each of 50,000 mutated streams, and holds to its limits',
    patience,
    async () => {
      const { alive, closed, timedOut } = await fuzz({ streams: 50_000, seed: 1, corpus });
      expect(alive + closed).toBe(50_000);
      // Both ends are met often, or the streams try too little.
      expect(Math.min(alive, closed - timedOut)).toBeGreaterThan(5_000);
    },
  );
});
