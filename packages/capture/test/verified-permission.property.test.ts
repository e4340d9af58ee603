import { type ConsentRecord, withdrawConsent } from '@aboveboard/consent/consent';
import { makeVerifiedGate, type VerifiedGateState } from '@aboveboard/consent/verified-gate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BEGIN,
  CONSENTS,
  covers,
  HOUR,
  ORIGINS,
  SAID,
  type Said,
  WORLDS,
  type World,
} from '../../consent/test/covered-contract.ts';
import type { AgentItem } from '../src/frame-message.ts';
import { MemorySink } from '../src/recording-sink.ts';
import { CaptureSession } from '../src/session.ts';
import { browser, type Clock, ScriptedAgent } from './scripted-agent.ts';

/**
 * The whole chain without a browser: entries of a rules log that were signed, replayed and proved; standings;
 * consents; the gate over them; the session with agents that say what they like. Nothing is stored that the
 * rules and her consents, looked at anew and without the gate, do not cover at the time when it was said.
 */
const SIGNALS = ['pointer', 'keys', 'text', 'states'] as const;

type Act =
  | { do: 'say'; agent: number; signal: (typeof SAID)[number] }
  | { do: 'later'; by: number }
  | { do: 'world'; which: number }
  | { do: 'consent'; which: number }
  | { do: 'withdraw' | 'switch' | 'pause' | 'resume' | 'flush' | 'worker-dies' };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      agent: fc.nat(ORIGINS.length - 1),
      signal: fc.constantFrom(...SAID),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('later' as const),
      by: fc.constantFrom(50, 1000, 1000, 3000, 0.05 * HOUR, HOUR, 25 * HOUR),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('world' as const), which: fc.nat(WORLDS.length - 1) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('consent' as const), which: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(...(['withdraw', 'switch', 'pause', 'resume', 'flush', 'worker-dies'] as const)),
    }),
  },
);

/** One run; `deaf`: the session is not told that the state changed (the seeded hole). */
async function run(acts: readonly Act[], { deaf = false } = {}) {
  const clock: Clock = { now: BEGIN.rules?.verifiedAt ?? 0 };
  const sink = new MemorySink();
  let state = BEGIN;
  const history = [{ from: clock.now, state, isPaused: false }];
  let kept: unknown = null;
  const options = {
    sink,
    gate: makeVerifiedGate(() => state),
    mode: 'task' as const,
    signals: [...SIGNALS],
    settings: () => ({
      literals: [],
      shipped: { exact: [] },
      selectors: { open: [], closed: [] },
      renaming: '',
    }),
    tickMicroseconds: 1000 as const,
    now: () => clock.now,
    keep: async (checkpoint: unknown) => {
      kept = structuredClone(checkpoint);
    },
    lastWords: async () => undefined,
    limits: { milliseconds: 1e12, bytes: 1e12 },
    onLimit: () => undefined,
  };
  let session = new CaptureSession(options);
  await session.flush();
  const agents = ORIGINS.map(
    (origin, i) => new ScriptedAgent(clock, `document ${i}`, i, null, browser(origin)),
  );
  const said = new Map<number, Said>();
  const changed = (change: Partial<VerifiedGateState>) => {
    state = { ...state, ...change };
    if (!deaf) session.askAnew();
  };
  for (const one of acts) {
    clock.now += 1;
    if (one.do === 'later') {
      clock.now += one.by;
      await session.flush();
    } else if (one.do === 'say') {
      const agent = agents[one.agent] as ScriptedAgent;
      if (!agent.settings) {
        agent.connect(session);
        agent.say(session, ...agent.firstState());
      }
      const mark = said.size + 1;
      said.set(mark, { origin: agent.target.frame, signal: one.signal, at: clock.now });
      agent.say(session, itemOf(agent, one.signal, mark, clock.now));
    } else if (one.do === 'world') changed(WORLDS[one.which] as World);
    else if (one.do === 'consent') {
      changed({ consents: [...state.consents, CONSENTS[one.which] as ConsentRecord] });
    } else if (one.do === 'withdraw') {
      changed({ consents: state.consents.map((consent) => withdrawConsent(consent, clock.now)) });
    } else if (one.do === 'switch') changed({ on: !state.on });
    else if (one.do === 'pause') session.pause('contributor');
    else if (one.do === 'resume') session.resume();
    else {
      await session.flush();
      if (one.do === 'worker-dies') {
        session = new CaptureSession(options, structuredClone(kept) as never);
        for (const agent of agents) if (agent.settings) agent.connect(session);
      }
    }
    history.push({ from: clock.now, state, isPaused: session.paused });
  }
  await session.end();
  const stored = sink.events.flatMap((event) => {
    if (event.kind === 'move' || event.kind === 'scroll') return [event.x];
    return event.kind === 'text' && event.value.open ? [Number(event.value.text.slice(5))] : [];
  });
  return {
    stored,
    uncovered: stored.filter((mark) => {
      const source = said.get(mark);
      // What held when it was said: the last change before it, or at the same instant.
      const then = source && history.findLast(({ from }) => from <= source.at);
      return !source || !then || then.isPaused || !covers(then.state, source);
    }),
  };
}

function itemOf(agent: ScriptedAgent, signal: Said['signal'], mark: number, at: number): AgentItem {
  if (signal === 'pointer') return agent.move(mark);
  if (signal === 'states') return { at, item: 'scroll', node: 1, x: mark, y: 0 };
  return { at, item: 'event', event: { kind: 'text', value: { open: true, text: `mark ${mark}` } } };
}

const later = { do: 'later', by: 1000 } as const;

describe('no sequence of events, over proved rules', () => {
  test('[GATE31] [CAP10] leads to a stored event that rules and consents do not cover (T1, T6, T7, T14)', async () => {
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 50 }), async (acts) => {
        const outcome = await run(acts);
        stored += outcome.stored.length;
        expect(outcome.uncovered).toEqual([]);
      }),
      { numRuns: 3000 },
    );
    expect(stored).toBeGreaterThan(300);
  });

  test('[GATE31] the test sees it when nobody tells the session of a revocation (seeded hole)', async () => {
    const acts: Act[] = [
      { do: 'say', agent: 0, signal: 'pointer' },
      later,
      { do: 'world', which: 4 },
      { do: 'say', agent: 0, signal: 'pointer' },
      later,
    ];
    expect(await run(acts)).toEqual({ stored: [1], uncovered: [] });
    expect(await run(acts, { deaf: true })).toEqual({ stored: [1, 2], uncovered: [2] });
  });

  test('[GATE26] what is new is stored from the new consent on, and not before', async () => {
    const say = { do: 'say', agent: 2, signal: 'text' } as const;
    const { stored } = await run([
      say,
      later,
      { do: 'world', which: 2 },
      say,
      later,
      { do: 'consent', which: 1 },
      say,
      later,
    ]);
    expect(stored).toEqual([3]);
  });
});
