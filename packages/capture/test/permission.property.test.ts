import type { Gate, GateContext } from '@aboveboard/consent/gate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentItem } from '../src/frame-message.ts';
import { after, mayTake, RECORDER_ACTS, RECORDER_STATES } from '../src/recorder.ts';
import { MemorySink } from '../src/recording-sink.ts';
import { CaptureSession } from '../src/session.ts';
import { browser, type Clock, ScriptedAgent } from './scripted-agent.ts';

describe('the state machine', () => {
  test('[CAP1] off is left by opting in and by nothing else', () => {
    for (const act of RECORDER_ACTS) {
      const next = after('off', act);
      expect(next === null || next === 'off' || act === 'opt-in').toBe(true);
    }
  });

  test('[CAP2] only start and resume lead to recording, and only from ready and paused', () => {
    for (const state of RECORDER_STATES) {
      for (const act of RECORDER_ACTS) {
        if (after(state, act) !== 'recording') continue;
        expect([`${state} ${act}`]).toEqual([state === 'ready' ? 'ready start' : 'paused resume']);
      }
    }
  });

  test('[CAP3] stopping, pausing and opting out are possible whenever something may be taken', () => {
    for (const state of RECORDER_STATES.filter(mayTake)) {
      for (const act of ['pause', 'stop', 'end', 'discard', 'opt-out'] as const) {
        const next = after(state, act);
        expect(next !== null && !mayTake(next)).toBe(true);
      }
    }
  });

  test('[CAP4] nothing is released but by her release, in review', () => {
    for (const state of RECORDER_STATES) {
      for (const act of RECORDER_ACTS) {
        if (after(state, act) === 'released') expect([state, act]).toEqual(['reviewing', 'release']);
      }
    }
  });

  test('[CAP8] opting out leads to off from everywhere', () => {
    for (const state of RECORDER_STATES) expect(after(state, 'opt-out')).toBe('off');
  });
});

const ORIGINS = ['https://a.example', 'https://b.example', 'https://never.example'] as const;
const SIGNALS = ['pointer', 'keys', 'text', 'states'] as const;

/** Allows by a table that the run changes; keeps every decision that it gave. */
class ChangingGate implements Gate {
  readonly given: { origin: string; signal: string; from: number; until: number }[] = [];
  readonly closed = new Set<string>(['https://never.example']);
  spell = 5_000;

  decide({ now, signal, target }: GateContext) {
    const origin = target.kind === 'browser' ? target.frame : '';
    if (this.closed.has(origin) || this.closed.has(`${origin} ${signal}`)) {
      return { allow: false, deny: 'not-on-list', reason: 'It is not on the list.' } as const;
    }
    const until = now + this.spell;
    this.given.push({ origin, signal, from: now, until });
    return { allow: true, rule: 'AGR12', until } as const;
  }

  covers(origin: string, signal: string, at: number): boolean {
    return this.given.some(
      (one) => one.origin === origin && one.signal === signal && at >= one.from && at < one.until,
    );
  }
}

type Act =
  | { do: 'say'; agent: number; signal: 'pointer' | 'keys' | 'states' }
  | { do: 'later'; by: number }
  | { do: 'flush' | 'pause' | 'resume' | 'worker-dies' | 'stop' | 'rules' }
  | { do: 'front' | 'leave' | 'close'; agent: number }
  | { do: 'forbid' | 'allow'; origin: number; signal: string };

const agentIndex = fc.nat(5);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      agent: agentIndex,
      signal: fc.constantFrom('pointer', 'keys', 'states'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('later' as const), by: fc.integer({ min: 1, max: 4000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'flush' as const,
        'pause' as const,
        'resume' as const,
        'worker-dies' as const,
        'rules' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('front' as const, 'leave' as const, 'close' as const),
      agent: agentIndex,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('forbid' as const, 'allow' as const),
      origin: fc.nat(1),
      signal: fc.constantFrom('', ...SIGNALS),
    }),
  },
);

/** One run; gives what was stored with who said it and when, by the mark that each item carries. */
async function run(acts: readonly Act[], hole = false) {
  const clock: Clock = { now: 1_000_000 };
  const gate = new ChangingGate();
  const sink = new MemorySink();
  let kept: unknown = null;
  const options = {
    sink,
    // The seeded hole: a session that asks a gate which always says yes.
    gate: hole
      ? { decide: ({ now }: GateContext) => ({ allow: true, rule: 'hole', until: now + 1e9 }) as const }
      : gate,
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
  let mark = 0;
  const said = new Map<number, { origin: string; signal: string; at: number }>();
  const spans: { from: number; to: number }[] = [{ from: clock.now, to: Number.POSITIVE_INFINITY }];
  const agents = Array.from({ length: 6 }, (_, index) => {
    const origin = ORIGINS[index % 3] ?? ORIGINS[0];
    return new ScriptedAgent(clock, `document ${index}`, index % 4, null, browser(origin));
  });
  const speak = (agent: ScriptedAgent, signal: 'pointer' | 'keys' | 'states') => {
    const id = ++mark;
    const at = clock.now;
    said.set(id, { origin: agent.target.frame, signal, at });
    const value = { open: true, text: `mark ${id}` } as const;
    const item: AgentItem =
      signal === 'pointer'
        ? agent.move(id)
        : signal === 'states'
          ? { at, item: 'scroll', node: 1, x: id, y: 0 }
          : { at, item: 'event', event: { kind: id % 2 === 0 ? 'text' : 'select', value } };
    if (signal === 'keys') said.set(id, { origin: agent.target.frame, signal: 'text', at });
    // An agent that does not do as it is told: it speaks also while it was told to be silent.
    agent.say(session, item);
  };
  for (const one of acts) {
    clock.now += 1;
    if (one.do === 'say') {
      const agent = agents[one.agent];
      if (!agent) continue;
      if (!agent.settings) {
        agent.connect(session);
        agent.say(session, ...agent.firstState());
      }
      speak(agent, one.signal);
    } else if (one.do === 'later') clock.now += one.by;
    else if (one.do === 'flush') await session.flush();
    else if (one.do === 'pause') {
      if (!session.paused) (spans.at(-1) as { to: number }).to = clock.now;
      session.pause('contributor');
    } else if (one.do === 'resume') {
      if (session.paused) spans.push({ from: clock.now, to: Number.POSITIVE_INFINITY });
      session.resume();
    } else if (one.do === 'worker-dies') {
      // What was asked for and not yet kept is lost with it, a pause too: so the recorder keeps that at once.
      await session.flush();
      session = new CaptureSession(options, structuredClone(kept) as never);
      for (const agent of agents) if (agent.settings) agent.connect(session);
    } else if (one.do === 'stop') break;
    else if (one.do === 'rules') session.askAnew();
    else if (one.do === 'front')
      session.front(agents[one.agent]?.tab ?? null, agents[one.agent]?.target ?? null);
    else if (one.do === 'leave') session.gone(`document ${one.agent}`);
    else if (one.do === 'close') session.closed(one.agent % 4);
    else if (one.do === 'forbid' || one.do === 'allow') {
      const key = [ORIGINS[one.origin], one.signal].filter(Boolean).join(' ');
      if (one.do === 'forbid') gate.closed.add(key);
      else gate.closed.delete(key);
    }
  }
  if (!session.paused) (spans.at(-1) as { to: number }).to = clock.now;
  await session.end();
  const stored = sink.events.flatMap((event) => {
    if (event.kind === 'move' || event.kind === 'scroll') return [event.x];
    if ((event.kind === 'text' || event.kind === 'select') && event.value.open)
      return [Number(event.value.text.slice(5))];
    return [];
  });
  return { gate, said, stored, spans, sink };
}

describe('no sequence of acts', () => {
  const holds = async (acts: Act[], hole = false): Promise<boolean> => {
    const { gate, said, stored, spans } = await run(acts, hole);
    return stored.every((mark) => {
      const source = said.get(mark);
      if (!source) return false;
      const taken = spans.some(({ from, to }) => source.at >= from && source.at < to);
      return taken && gate.covers(source.origin, source.signal, source.at);
    });
  };

  test('[CAP10] stores an event that no decision covers in origin, signal and time, or of a pause (T1, T3)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), (acts) => holds(acts)),
      { numRuns: 400 },
    );
  });

  test('the runs store things, so that there is something to be wrong', async () => {
    const runs = await Promise.all(
      fc
        .sample(fc.array(act, { minLength: 30, maxLength: 60 }), { numRuns: 50, seed: 11 })
        .map((acts) => run(acts)),
    );
    expect(runs.filter(({ stored }) => stored.length > 0).length).toBeGreaterThan(15);
  });

  test('[CAP10] the test sees it when the gate is not asked (seeded hole)', async () => {
    const acts: Act[] = [
      { do: 'say', agent: 2, signal: 'pointer' },
      { do: 'later', by: 1000 },
    ];
    expect(await holds(acts)).toBe(true);
    expect(await holds(acts, true)).toBe(false);
  });

  test('[CAP40] stores anything twice, or lets times go back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
        const { stored, sink } = await run(acts);
        expect(new Set(stored).size).toBe(stored.length);
        const times = sink.events.map((event) => event.t);
        expect(times.every((t, i) => t >= (times[i - 1] ?? 0))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
