/** A Server or a network in trouble: never a wrong `deviates`. */
import { describe, expect, it } from 'vitest';
import { CannotTry } from '../../../src/check/failures.ts';
import { allProbes } from '../../../src/check/probes.ts';
import { type CheckReport, countsOf } from '../../../src/check/report.ts';
import type { Wire } from '../../../src/check/wire-client.ts';
import { manualClockStartMs } from '../support/manual-clock.ts';
import { checked, inMemory } from './harness.ts';

const refused = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

const deviating = ({ probes }: CheckReport): string[] =>
  probes.flatMap(({ id, verdict }) => (verdict.kind === 'deviates' ? [id] : []));

/** Opens, and is closed before anything is answered. */
function closedAtOnce(next: () => Wire): Wire {
  const wire = next();
  wire.stream.on('error', () => {});
  wire.reset();
  return wire;
}

describe('a broker that is killed', () => {
  it.each([50, 500, 1500, 3000, 7000, 12_000])(
    'after %i ms: the rest could not be tried',
    async (afterMs) => {
      let dead = false;
      const world = inMemory({}, (next) => {
        if (dead) throw refused();
        return next();
      });
      const report = await checked(world, {}, () => {
        if (dead || world.clock.now() < manualClockStartMs + afterMs) return;
        dead = true;
        world.broker.close();
      });
      expect(deviating(report)).toEqual([]);
      const { conforms, notTried, undecided } = countsOf(report.probes);
      expect(conforms + notTried + undecided).toBe(report.probes.length);
      expect(notTried).toBeGreaterThan(0);
      expect(report.endedEarly).toMatch(/could not be reached \(ECONNREFUSED\)/);
    },
  );

  it('and is back at once, without its Sessions: nothing is said to deviate', async () => {
    let killed = false;
    const first = inMemory();
    const second = inMemory({}, undefined, first.clock);
    const target = {
      ...first.target,
      open: (...args: Parameters<typeof first.target.open>) => (killed ? second : first).target.open(...args),
    };
    const report = await checked({ clock: first.clock, target }, {}, () => {
      if (killed || first.clock.now() < manualClockStartMs + 1000) return;
      killed = true;
      first.broker.close();
    });
    expect(deviating(report)).toEqual([]);
  });
});

describe('a broker that refuses every tenth connection', () => {
  it('at once: everything conforms all the same', async () => {
    const world = inMemory({}, (next, count) => {
      if (count % 10 === 0) throw refused();
      return next();
    });
    expect(countsOf((await checked(world)).probes)).toMatchObject({
      must: 0,
      derivable: 0,
      should: 0,
      undecided: 0,
      notTried: 0,
    });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'by closing it before CONNACK, with %i before the first: nothing is said to deviate',
    async (before) => {
      const world = inMemory({}, (next, count) => (count % 10 === before ? closedAtOnce(next) : next()));
      const report = await checked(world);
      expect(deviating(report)).toEqual([]);
      expect(countsOf(report.probes).conforms).toBeGreaterThan(report.probes.length * 0.9);
    },
  );
});

describe('a broker that closes two connections before CONNACK', () => {
  it.each(allProbes.filter(({ rows }) => rows.includes('I1') || rows.includes('S2')))(
    'is not said to deviate, whichever they are: $what',
    async (probe) => {
      let connections = 0;
      const calm = inMemory({}, (next, count) => {
        connections = count;
        return next();
      });
      const { probes } = await checked(calm, { probes: [probe] });
      expect(probes.map(({ verdict }) => verdict.kind)).toEqual(['conforms']);
      const last = connections;
      for (let first = 1; first <= last; first += 1) {
        // The second one perhaps while it is played again.
        for (let second = first + 1; second <= last + 4; second += 1) {
          const world = inMemory({}, (next, count) =>
            count === first || count === second ? closedAtOnce(next) : next(),
          );
          expect(deviating(await checked(world, { probes: [probe] }))).toEqual([]);
        }
      }
    },
  );
});

describe('a broker that cannot be tried', () => {
  it('as nobody is there', async () => {
    const world = inMemory({}, () => {
      throw refused();
    });
    await expect(checked(world)).rejects.toThrow(CannotTry);
    await expect(checked(world)).rejects.toThrow('the Server could not be reached (ECONNREFUSED)');
  });

  it('as it asks for credentials', async () => {
    const world = inMemory({ users: [{ username: 'demo', password: 'right' }] });
    await expect(checked(world)).rejects.toThrow(
      /lets nobody in: .*(Not authorized|not authorized|Bad User Name)/,
    );
  });

  it('as it denies the topics: Sessions are tried all the same', async () => {
    // biome-ignore lint/suspicious/noThenProperty: the key of the profile file, and a word, not a function
    const world = inMemory({ deny: [{ subscribe: 'check/#', then: 'notAuthorized' }] });
    const report = await checked(world);
    const reasons = new Set(
      report.probes.flatMap(({ verdict }) => (verdict.kind === 'not-tried' ? [verdict.reason] : [])),
    );
    expect([...reasons].join()).toMatch(/no will can be seen: the Server refuses the subscription/);
    expect(deviating(report)).toEqual([]);
    expect(
      report.probes
        .filter(({ topic }) => topic === 'session')
        .every(({ verdict }) => verdict.kind === 'conforms'),
    ).toBe(true);
  });

  it.each([
    [{ maximumQoS: 1 } as const, /offers QoS 1 at most/],
    [{ maximumQoS: 0 } as const, /offers QoS 0 only/],
    [{ retainAvailable: false } as const, /does not offer retained messages/],
    [{ sessionExpiryMaximum: 3 } as const, /grants a Session Expiry Interval of 3 s/],
    [{ serverKeepAlive: 60 } as const, /sets the Keep Alive to 60 s/],
  ])('in part, as it has the limit %o', async (settings, reason) => {
    const report = await checked(inMemory(settings));
    expect(deviating(report)).toEqual([]);
    const reasons = report.probes.flatMap(({ verdict }) => ('reason' in verdict ? [verdict.reason] : []));
    expect(reasons.join('\n')).toMatch(reason);
  });
});

it('a check that is cancelled says what was not tried', async () => {
  const abort = new AbortController();
  const world = inMemory();
  const report = await checked(world, { signal: abort.signal }, () => {
    if (world.clock.now() > manualClockStartMs + 3000) abort.abort(new Error('the check was cancelled'));
  });
  expect(report.endedEarly).toBe('the check was cancelled');
  expect(deviating(report)).toEqual([]);
  const { conforms, notTried } = countsOf(report.probes);
  expect(notTried).toBeGreaterThan(0);
  expect(conforms + notTried).toBe(report.probes.length);
});

it('a check leaves nothing behind', async () => {
  const world = inMemory();
  await checked(world);
  expect(world.broker.state()).toMatchObject({ sessions: [], retained: 0 });
});

it('a check has progress up to its end', async () => {
  const seen: number[] = [];
  const { probes } = await checked(inMemory(), { progress: ({ done }) => seen.push(done) });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(probes.length);
});
