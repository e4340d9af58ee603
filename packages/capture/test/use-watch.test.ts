import { describe, expect, test } from 'vitest';
import { USE_WINDOW, UseWatch } from '../src/use-watch.ts';
import { WorkMeter } from '../src/work-meter.ts';
import { Desk, ERP, gateFor } from './recording-desk.ts';
import type { ScriptedAgent } from './scripted-agent.ts';

const MEGABYTE = 1_048_576;
const budget = { cpuShare: 0.1, memoryBytes: 50 * MEGABYTE };
const paces = (agent: ScriptedAgent) =>
  agent.told.flatMap((message) => (message.type === 'pace' ? [message.slow] : []));

/** One second after the other, in each of which the agent was busy for so long. */
async function work(desk: Desk, agent: ScriptedAgent, seconds: number, busy: number, held = 0) {
  for (let second = 0; second < seconds && desk.limit === null; second++) {
    await desk.later(1000);
    desk.session.receive(agent.document, agent.generation, { type: 'use', busy, held });
  }
  await desk.later(1);
}

function desk() {
  const made = new Desk(gateFor(ERP), { budget });
  const page = made.agent('top');
  page.say(made.session, ...page.firstState());
  return { made, page };
}

describe('time of the processor', () => {
  test('[CAP61] is the share of one core over the window, of all agents together', async () => {
    const { made, page } = desk();
    const other = made.agent('second', 2);
    other.say(made.session, ...other.firstState());
    for (let second = 0; second < 30; second++) {
      await made.later(1000);
      for (const agent of [page, other]) {
        made.session.receive(agent.document, agent.generation, { type: 'use', busy: 20, held: 0 });
      }
    }
    expect(made.session.use(made.clock.now)?.cpuShare).toBeCloseTo(0.04, 2);
    expect(made.limit).toBe(null);
    expect(paces(page)).toEqual([]);
  });

  test('[CAP62] over the budget agents are slowed, and well below it they go on as always', async () => {
    const { made, page } = desk();
    await work(made, page, 9, 300);
    expect(paces(page)).toEqual([true]);
    await work(made, page, 50, 10);
    expect(paces(page)).toEqual([true, false]);
    expect(made.limit).toBe(null);
  });

  test('[CAP63] still over it after a whole window of that, the recording ends and says why', async () => {
    const { made, page } = desk();
    await work(made, page, 300, 300);
    expect(paces(page)).toEqual([true]);
    expect(made.limit).toBe('cpu');
  });

  test('[CAP62] a page that begins is no reason to end: one burst slows nothing for long', async () => {
    const { made, page } = desk();
    await work(made, page, 1, 900);
    await work(made, page, 60, 5);
    expect(made.limit).toBe(null);
    expect(paces(page).at(-1) ?? false).toBe(false);
  });

  test('[CAP61] an agent that starts while all are slowed is slowed too', async () => {
    const { made, page } = desk();
    await work(made, page, 15, 300);
    expect(paces(made.agent('late', 3))).toEqual([true]);
  });

  test('[CAP64] what is said is bounded by the time that went by, and must be a figure', async () => {
    const { made, page } = desk();
    await made.later(1000);
    made.session.receive(page.document, page.generation, { type: 'use', busy: 1e12, held: 0 });
    expect(made.session.use(made.clock.now)?.cpuShare).toBeLessThanOrEqual(1000 / USE_WINDOW);
    made.session.receive(page.document, page.generation, { type: 'use', busy: -1, held: 0 });
    // One message that is none stops that agent (CAP30).
    expect(page.told.at(-1)).toEqual({ type: 'stop' });
  });

  test('[CAP61] the session counts its own work too', () => {
    let now = 0;
    const meter = new WorkMeter(() => now);
    const inner = meter.counted(() => {
      now += 3;
    });
    meter.run(() => {
      now += 2;
      inner();
    });
    expect(meter.take()).toBe(5);
    expect(() =>
      meter.run(() => {
        now += 1;
        throw new Error('no');
      }),
    ).toThrow();
    expect(meter.take()).toBe(1);
    expect(meter.take()).toBe(0);
  });
});

describe('memory', () => {
  test('[CAP62] [CAP63] the same, over what all of them hold', async () => {
    const { made, page } = desk();
    await work(made, page, 5, 1, 40 * MEGABYTE);
    expect(paces(page)).toEqual([]);
    await work(made, page, 5, 1, 60 * MEGABYTE);
    expect(paces(page)).toEqual([true]);
    await work(made, page, 40, 1, 60 * MEGABYTE);
    expect(made.limit).toBe('memory');
  });

  test('[CAP64] a document that is gone holds nothing; the own process is measured where it can be', async () => {
    const made = new Desk(gateFor(ERP), { budget, memory: () => 7 * MEGABYTE });
    const page = made.agent('top');
    page.say(made.session, ...page.firstState());
    await work(made, page, 2, 1, 30 * MEGABYTE);
    expect(made.session.use(made.clock.now)?.memoryBytes).toBe(37 * MEGABYTE);
    made.session.disconnect('top');
    expect(made.session.use(made.clock.now)?.memoryBytes).toBe(7 * MEGABYTE);
  });
});

describe('seeded holes', () => {
  test('reports that are thrown away, and a pace that nobody is told, are both seen', () => {
    const deaf = new UseWatch(budget);
    for (let at = 0; at < 60_000; at += 1000) expect(deaf.look(at)).toBe(null);
    const heard = new UseWatch(budget);
    const said = [];
    for (let at = 0; at < 60_000; at += 1000) {
      heard.worked(at, 300);
      said.push(heard.look(at));
    }
    expect(said).toContain('cpu');
    expect(said.indexOf('cpu')).toBeGreaterThan(USE_WINDOW / 1000);
  });
});
