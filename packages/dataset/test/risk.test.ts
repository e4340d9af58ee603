import { splitsOf } from '@aboveboard/dataset/risk/attack-splits';
import { type AttackedTask, tasksOf } from '@aboveboard/dataset/risk/attacked-task';
import { identification } from '@aboveboard/dataset/risk/identification';
import { shareOf, wilson } from '@aboveboard/dataset/risk/interval';
import { linkage } from '@aboveboard/dataset/risk/linkage';
import { joinedSessions, noSignal } from '@aboveboard/dataset/risk/no-signal';
import { joinedWith, outsideLogOf } from '@aboveboard/dataset/risk/outside-log';
import { partLinkage, SQUARES, THIRDS } from '@aboveboard/dataset/risk/part-linkage';
import { ATTACKERS, answer, type RiskAnswer } from '@aboveboard/dataset/risk/risk-job';
import { type RiskReport, riskGate, riskJobs, riskReport } from '@aboveboard/dataset/risk/risk-report';
import { STROKE, STROKE_WIDTH, strokesOf } from '@aboveboard/dataset/risk/stroke';
import { Deidentification } from '@aboveboard/redact/movement/deidentification';
import { Drawing } from '@aboveboard/redact/movement/drawing';
import { ElementBoxes } from '@aboveboard/redact/movement/element-boxes';
import { PointerTrack, type SampleKind } from '@aboveboard/redact/movement/pointer-sample';
import { describe, expect, test } from 'vitest';
import { madeUpSessions, SAME } from './made-up-hands.ts';

/** Attackers work for seconds, and for longer where others use the machine. */
const LONG = 120_000;

const OPTIONS = { rounds: 1, seed: 3, tasksOfSession: 20 };

function released(task: AttackedTask): AttackedTask {
  const track = new PointerTrack();
  const one = new Deidentification(track, {
    level: 'release',
    boxes: new ElementBoxes(),
    draws: new Drawing(new Uint8Array(32).fill(task.session + 5)),
  });
  task.track.giveTo(one);
  one.end();
  return { ...task, track };
}

const minutes = (sessions: ReturnType<typeof madeUpSessions>, length = 1) =>
  sessions.flatMap((session) => tasksOf(session, length));

describe('attackers', { timeout: LONG }, () => {
  const holders = madeUpSessions(
    [80, 130, 210].map((holdMs) => ({ ...SAME, holdMs, stepMs: holdMs / 8 })),
    { clicks: 150 },
  );

  test('[RISK1] each finds habits of holding and of pace that were planted', () => {
    const { attackers, chance } = identification(minutes(holders), ATTACKERS, OPTIONS);
    expect(chance).toBeCloseTo(1 / 3);
    for (const [name, { share }] of Object.entries(attackers)) expect(share, name).toBeGreaterThan(2 / 3);
  });

  test('[RISK1] trained on what a release gives, none finds them there any more', () => {
    const { attackers } = identification(minutes(holders).map(released), ATTACKERS, OPTIONS);
    for (const [name, { share }] of Object.entries(attackers)) expect(share, name).toBeLessThan(0.62);
  });

  test('[RISK1] a seeded hole: a release that keeps how long a button was held is found out', () => {
    const leaking = minutes(holders).map((task) => {
      const { track } = released(task);
      const holds: number[] = [];
      for (let i = 1; i < task.track.length; i++)
        if (task.track.kind[i] === 2)
          holds.push((task.track.t[i] as number) - (task.track.t[i - 1] as number));
      const out = new PointerTrack();
      let [late, n] = [0, 0];
      for (let i = 0; i < track.length; i++) {
        if (track.kind[i] === 2)
          late += (holds[n++] as number) - ((track.t[i] as number) - (track.t[i - 1] as number));
        out.sample(
          (track.t[i] as number) + late,
          track.x[i] as number,
          track.y[i] as number,
          track.kind[i] as SampleKind,
        );
      }
      return { ...task, track: out };
    });
    const { attackers, best } = identification(leaking, ATTACKERS, OPTIONS);
    expect(attackers[best]?.share).toBeGreaterThan(0.8);
  });

  test('[RISK8] wording that names somebody is found, whatever the movement', () => {
    const talkers = madeUpSessions(
      ['cheers', 'regards', 'best'].map((word) => ({ ...SAME, words: [`wording:${word}`] })),
    );
    const { attackers, best } = identification(minutes(talkers).map(released), ATTACKERS, OPTIONS);
    expect(attackers[best]?.share).toBeGreaterThan(0.9);
  });

  test('[RISK5] tasks of one person are linked by a habit, and not without one', () => {
    const linked = linkage(minutes(holders), ATTACKERS, OPTIONS);
    expect(linked.attackers[linked.best]?.share).toBeGreaterThan(0.85);
    const alike = linkage(minutes(madeUpSessions([SAME, SAME, SAME])), ATTACKERS, OPTIONS);
    expect(alike.attackers[alike.best]?.share).toBeLessThan(0.65);
  });

  test('[RISK7] with tasks dealt out by chance nobody is found', () => {
    const dealt = noSignal(minutes(holders), 1);
    const { attackers, best, chance } = identification(dealt, ATTACKERS, OPTIONS);
    expect(attackers[best]?.low).toBeLessThan(chance);
    expect(dealt.map(({ session }) => session)).toEqual(minutes(holders).map(({ session }) => session));
  });

  test('[RISK8] the same seed gives the same figures', () => {
    const once = identification(minutes(holders), ATTACKERS, OPTIONS);
    expect(identification(minutes(holders), ATTACKERS, OPTIONS)).toEqual(once);
  });
});

describe('splits, tasks, bounds', { timeout: LONG }, () => {
  const owned = Array.from({ length: 12 }, (_, session) => ({ person: session % 3, session }));

  test('[RISK2] no session is trained on and asked about, and every one is asked about', () => {
    const splits = splitsOf(owned, 3, 1, 1);
    const asked = new Set<number>();
    for (const { train, test } of splits) {
      for (const session of test) {
        expect(train.has(session)).toBe(false);
        asked.add(session);
      }
      expect(test.size).toBe(3);
      expect(train.size).toBe(9);
    }
    expect(asked.size).toBe(12);
    expect(() => splitsOf(owned, 1, 4, 1)).toThrow(RangeError);
  });

  test('[RISK3] a pause counts as five seconds; a held button is not cut', () => {
    const track = new PointerTrack();
    // An hour apart: twelve clicks make a minute, and what is left over is less than half of one.
    for (let i = 0; i < 30; i++) {
      track.sample(i * 3_600_000, 10, 10, 1);
      track.sample(i * 3_600_000 + 100, 10, 10, 2);
    }
    const tasks = tasksOf({ person: 0, session: 0, track, tokens: [] }, 1);
    expect(tasks.map((task) => task.track.length)).toEqual([24, 24]);
    for (const task of tasks) expect(task.track.kind[0]).toBe(1);
  });

  test('[RISK4] bounds are of sessions, not of tasks, and people count alike', () => {
    const scores = [
      { person: 0, session: 0, right: 100, asked: 100 },
      { person: 0, session: 1, right: 100, asked: 100 },
      { person: 1, session: 2, right: 0, asked: 1 },
      { person: 1, session: 3, right: 0, asked: 1 },
    ];
    const { share, low, high } = shareOf(scores, 1);
    expect(share).toBe(0.5);
    expect(low).toBeLessThanOrEqual(wilson(0.5, 4)[0]);
    expect(high).toBeGreaterThanOrEqual(wilson(0.5, 4)[1]);
  });

  test('[RISK4] Wilson’s bounds as published: 10 of 20', () => {
    const [low, high] = wilson(0.5, 20);
    expect(low).toBeCloseTo(0.299, 3);
    expect(high).toBeCloseTo(0.701, 3);
  });

  test('[RISK6] a log of every action by the minute finds a task, one of another order does not', () => {
    const often = { ...SAME, scrolls: 0.4 };
    const sessions = madeUpSessions([often, often, often], { clicks: 200 });
    const whole = joinedSessions(minutes(sessions));
    expect(whole.map(({ track }) => track.length).every((n) => n > 1000)).toBe(true);
    const log = outsideLogOf(sessions);
    const found = joinedWith(log, minutes(sessions, 5), 'minute', 1);
    expect(found.share).toBeGreaterThan(0.9);
    const elsewhere = joinedWith(log, noSignal(minutes(sessions, 5), 2), 'minute', 1);
    expect(elsewhere.low).toBeLessThan(1 / 3 + 0.1);
  });
});

describe('strokes', () => {
  test('[RISK10] a way ends in a rest, a press, a drag or a scroll', () => {
    const track = new PointerTrack();
    for (let i = 0; i < 10; i++) track.sample(10 * i, 10 * i, 0, 0);
    for (let i = 0; i < 10; i++) track.sample(1000 + 10 * i, 100, 10 * i, 0);
    track.sample(1200, 100, 90, 1);
    track.sample(1300, 100, 90, 2);
    for (let i = 0; i < 5; i++) track.sample(1400 + 10 * i, 100 + 10 * i, 90, 0);
    track.sample(1500, 140, 90, 1);
    track.sample(1700, 190, 90, 2);
    for (let i = 0; i < 3; i++) track.sample(2000 + 100 * i, 190, 90, 3);
    const { length, rows } = strokesOf(track);
    const column = (name: keyof typeof STROKE) =>
      Array.from({ length }, (_, i) => rows[i * STROKE_WIDTH + STROKE[name]] as number);
    expect(column('kind')).toEqual([0, 1, 2, 3]);
    expect(column('straight').slice(0, 2)).toEqual([1, 1]);
    expect(2 ** (column('hold')[1] as number) - 1).toBeCloseTo(100, 1);
    expect(2 ** (column('dragged')[2] as number) - 1).toBeCloseTo(50, 1);
    expect(2 ** (column('turns')[3] as number) - 1).toBeCloseTo(3, 1);
  });
});

describe('the gate', () => {
  const sessions = madeUpSessions(
    [90, 180].map((holdMs) => ({ ...SAME, holdMs })),
    { clicks: 220 },
  );
  const subject = { sessions, released: (task: AttackedTask) => [task] };
  const asked = riskJobs(1).filter(({ length, kind }) => length === 5 && kind !== 'join');
  const answers: RiskAnswer[] = asked.map((job) => answer(subject, job, { rounds: 1, tasksOfSession: 6 }));
  const report: RiskReport = riskReport(
    { level: 'as-it-stands', people: 2, sessions: 8, minutes: 40 },
    answers,
  );

  test('[RISK9] above the threshold there is no release', () => {
    const verdict = riskGate(report, { naming: 0.54, linking: 0.75 });
    expect(verdict.passes).toBe(false);
    expect(verdict.reasons.join()).toContain('naming the person of a 5-minute task');
  });

  test('[RISK9] at or below it there is', () => {
    expect(riskGate(report, { naming: 1, linking: 1 })).toEqual({ passes: true, reasons: [] });
  });

  test('[RISK9] a figure that is not there passes nothing', () => {
    for (const lacking of ['naming', 'linking'] as const) {
      const verdict = riskGate({ ...report, [lacking]: [] }, { naming: 1, linking: 1 });
      expect(verdict.passes).toBe(false);
      expect(verdict.reasons.join()).toContain('could not be measured');
    }
    const nothing = structuredClone(report);
    for (const { found } of nothing.naming)
      for (const one of Object.values(found.attackers)) one.share = Number.NaN;
    expect(riskGate(nothing, { naming: 1, linking: 1 }).passes).toBe(false);
  });

  test('[RISK7, RISK9] nor does a measurement whose control found somebody, or has none', () => {
    const faulty = structuredClone(report);
    const row = faulty.naming.find(({ length }) => length === 5);
    if (row) row.noSignal = row.found;
    expect(riskGate(faulty, { naming: 1, linking: 1 }).reasons.join()).toContain('faulty');
    const without = structuredClone(report);
    for (const one of without.naming) one.noSignal = null;
    expect(riskGate(without, { naming: 1, linking: 1 }).passes).toBe(false);
  });

  test('[RISK8] the report names nobody', () => {
    expect(JSON.stringify(report)).not.toMatch(/person"|session"/);
  });
});

describe('parts of one task', { timeout: LONG }, () => {
  /** Four parts of twelve presses each of three tasks a session; `placeOf` says where a task is worked on. */
  const parts = (placeOf: (task: number) => number): AttackedTask[] => {
    const draws = new Drawing(new Uint8Array(32).fill(1));
    return Array.from({ length: 2 * 4 * 3 * 3 }, (_, i) => {
      const task = Math.floor(i / 3);
      const session = Math.floor(task / 3);
      const track = new PointerTrack();
      for (let n = 0; n < 12; n++) {
        const [x, y] = [placeOf(task) + 90 * draws.unit(), 200 + 700 * draws.unit()];
        track.sample(900 * n, x, y, 1);
        track.sample(900 * n + 80, x, y, 2);
      }
      return { person: Math.floor(session / 4), session, task, track, tokens: [] };
    });
  };

  test('[RISK13] are put together where a task has places of its own, and not where all have the same', () => {
    for (const third of THIRDS) {
      const found = partLinkage(
        parts((task) => 150 * (task % 12)),
        ATTACKERS,
        third,
        OPTIONS,
      );
      expect(found.questions).toBeGreaterThan(100);
      expect(found.attackers[SQUARES]?.share, third).toBeGreaterThan(0.9);
      const alike = partLinkage(
        parts(() => 800),
        ATTACKERS,
        third,
        OPTIONS,
      );
      expect(alike.attackers[SQUARES]?.low, third).toBeLessThan(0.5);
    }
  });

  test('[RISK13] say which task they are of, or nothing is measured', () => {
    const [one] = parts(() => 0);
    if (!one) throw new Error('no part');
    const { task: _, ...unknown } = one;
    expect(() => partLinkage([unknown], [], 'somebody else', OPTIONS)).toThrow(RangeError);
  });
});
