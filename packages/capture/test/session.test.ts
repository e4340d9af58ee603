import type { Gate } from '@aboveboard/consent/gate';
import { describe, expect, test } from 'vitest';
import type { AgentItem } from '../src/frame-message.ts';
import { ORDER_WINDOW } from '../src/session.ts';
import { HOLD } from '../src/timeline.ts';
import { Desk, ERP, gateFor, MAPS } from './recording-desk.ts';
import { browser } from './scripted-agent.ts';

describe('one page', () => {
  test('[CAP20] opens its surface, gives its geometry and first state, then its events, in order', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    page.say(desk.session, ...page.firstState(), page.move(3));
    await desk.later(500);
    expect(desk.kinds()).toEqual([
      'task',
      'surface',
      'focus',
      'geometry',
      'navigate',
      'state',
      'state',
      'move',
    ]);
    expect(desk.sink.states.map((state) => state.event.type)).toEqual([4, 2]);
    expect(desk.of('navigate')[0]).toMatchObject({ origin: ERP, path: '/a', cause: 'load' });
  });

  test('[CAP22] events before the first state wait for it', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    page.say(desk.session, page.move(1));
    await desk.later(500);
    expect(desk.kinds()).toEqual(['task']);
    page.say(desk.session, ...page.firstState());
    await desk.later(500);
    expect(desk.kinds().at(-1)).toBe('move');
  });

  test('[CAP22] a first state that never comes ends in a gap, and what waited is let go', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    page.say(desk.session, page.move(1));
    await desk.later(HOLD + 1);
    expect(desk.of('gap')[0]?.reason).toBe('state-lost');
    await desk.later(2000);
    expect(page.told.map((message) => message.type)).toContain('stop');
    const again = page.settings?.firstNodeId ?? 0;
    expect(again).toBeGreaterThan(1 << 22);
    page.say(desk.session, ...page.firstState(), page.move(9));
    await desk.later(500);
    expect(desk.of('move').map((move) => move.x)).toEqual([9]);
  });

  test('[CAP41] what waits for a state is bounded by number too', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    const moves = Array.from({ length: 10_000 }, (_, x) => page.move(x));
    for (let batch = 0; batch < 3; batch++) page.say(desk.session, ...moves);
    await desk.later(400);
    expect(desk.of('gap').map((gap) => gap.reason)).toEqual(['state-lost']);
    expect(page.unacknowledged).toBe(0);
    expect(desk.of('move')).toEqual([]);
  });

  test('[CAP40] a batch is acknowledged only when it is durable', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    page.say(desk.session, ...page.firstState());
    expect(page.unacknowledged).toBe(1);
    await desk.later(500);
    expect(page.unacknowledged).toBe(0);
  });

  test('[CAP31] ids outside its own range are not believed', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    const items = page.firstState();
    const state = items.find((item) => item.item === 'state' && item.change.type === 2);
    if (state?.item === 'state' && state.change.type === 2) state.change.data.node.id = 1 << 23;
    page.say(desk.session, ...items);
    await desk.later(500);
    expect(desk.sink.states.every((item) => item.event.type === 4)).toBe(true);
    expect(page.settings).toBe(null);
  });

  test('[CAP30] what is not a message stops that agent', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    desk.session.receive('top', page.generation, {
      type: 'batch',
      seq: 0,
      items: [{ at: 1, item: 'nonsense' }],
    });
    expect(page.settings).toBe(null);
  });
});

describe('frames', () => {
  test('[CAP23] a frame hangs under its element, and its places are those of the tab', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    const frame = desk.agent('frame', 1, 'top', browser(MAPS, ERP));
    frame.say(desk.session, ...frame.firstState([], 0), frame.move(5, 6));
    page.say(desk.session, ...page.firstState([100]));
    await desk.later(500);
    const hung = desk.sink.states.at(-1)?.event;
    expect(hung).toMatchObject({
      type: 3,
      data: { source: 0, isAttachIframe: true, adds: [{ parentId: (page.settings?.firstNodeId ?? 0) + 1 }] },
    });
    expect(desk.of('move')[0]).toMatchObject({ x: 105, y: 106 });
    expect(frame.settings?.firstNodeId).not.toBe(page.settings?.firstNodeId);
  });

  test('[CAP23] frames in frames add up, and an element that is gone takes its frame with it', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    const frame = desk.agent('frame', 1, 'top');
    const inner = desk.agent('inner', 1, 'frame');
    page.say(desk.session, ...page.firstState([100]));
    frame.say(desk.session, ...frame.firstState([10], 0));
    inner.say(desk.session, ...inner.firstState([], 0), inner.move(1, 1));
    await desk.later(500);
    expect(desk.of('move')[0]).toMatchObject({ x: 111, y: 111 });
    page.say(desk.session, { at: desk.clock.now, item: 'frames', frames: [] });
    await desk.later(500);
    inner.say(desk.session, inner.move(2, 2));
    await desk.later(500);
    expect(desk.of('move')).toHaveLength(1);
  });

  test('[CAP23] when the page is taken anew its frames begin anew', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    const frame = desk.agent('frame', 1, 'top');
    page.say(desk.session, ...page.firstState([100]));
    frame.say(desk.session, ...frame.firstState([], 0));
    await desk.later(500);
    const before = frame.settings?.firstNodeId;
    page.say(desk.session, ...page.firstState([100]));
    await desk.later(500);
    expect(frame.settings?.firstNodeId).not.toBe(before);
    frame.say(desk.session, ...frame.firstState([], 0), frame.move(1));
    await desk.later(500);
    expect(desk.of('move')).toHaveLength(1);
  });
});

describe('settings', () => {
  test('[CAP12] when the rules change, an agent that is still allowed goes on, and another stops at once', async () => {
    const closed = new Set<string>();
    const open = gateFor(ERP, MAPS);
    const gate: Gate = {
      decide: (context) =>
        context.target.kind === 'browser' && closed.has(context.target.frame)
          ? { allow: false, deny: 'agreement-invalid', reason: 'It was revoked.' }
          : open.decide(context),
    };
    const desk = new Desk(gate);
    const page = desk.agent('top', 1);
    const maps = desk.agent('maps', 2, null, browser(MAPS));
    page.say(desk.session, ...page.firstState());
    maps.say(desk.session, ...maps.firstState());
    await desk.later(500);
    const told = page.told.length;
    closed.add(MAPS);
    page.say(desk.session, page.move(1));
    maps.say(desk.session, maps.move(2));
    desk.session.askAnew();
    expect(page.told.length).toBe(told);
    expect(maps.told.at(-1)).toEqual({ type: 'stop' });
    await desk.later(500);
    expect(desk.of('move').map((move) => move.x)).toEqual([1]);
  });

  test('[CAP28] an agent that is told other settings begins anew, and a gap says that something is lost', async () => {
    const desk = new Desk();
    const page = desk.agent('top');
    page.say(desk.session, ...page.firstState(), page.move(1));
    await desk.later(500);
    const before = page.settings?.firstNodeId;
    desk.session.settingsChanged(ERP);
    expect(page.settings?.firstNodeId).not.toBe(before);
    page.say(desk.session, ...page.firstState(), page.move(2));
    await desk.later(500);
    expect(desk.of('gap').map((gap) => gap.reason)).toEqual(['state-lost']);
    expect(desk.of('move').map((move) => move.x)).toEqual([1, 2]);
  });
});

describe('tabs', () => {
  test('[CAP24] input of another tab says first that it is in front', async () => {
    const desk = new Desk();
    const one = desk.agent('one', 1);
    const two = desk.agent('two', 2);
    one.say(desk.session, ...one.firstState(), one.move(1));
    await desk.later(500);
    two.say(desk.session, ...two.firstState(), two.move(2));
    await desk.later(500);
    const focus = desk.of('focus').map((event) => event.surface);
    expect(focus).toEqual([0, 1]);
    expect(desk.sink.events.findLastIndex((e) => e.kind === 'focus')).toBeLessThan(
      desk.sink.events.findLastIndex((e) => e.kind === 'move'),
    );
  });

  test('[CAP25] a tab that is not allowed is one gap without a name', async () => {
    const desk = new Desk();
    const page = desk.agent('one', 1);
    desk.session.front(1, browser(ERP));
    page.say(desk.session, ...page.firstState(), page.move(1));
    await desk.later(500);
    const secret = desk.agent('secret', 2, null, browser('https://bank.example'));
    expect(secret.refused).toBe('not-on-list');
    desk.session.front(2, browser('https://bank.example'));
    await desk.later(4000);
    desk.session.front(1, browser(ERP));
    page.say(desk.session, page.move(2));
    await desk.later(500);
    expect(desk.of('gap')).toEqual([{ kind: 'gap', t: 500, until: 4500, reason: 'not-allowed' }]);
    expect(JSON.stringify([desk.sink.events, desk.sink.states, desk.kept])).not.toContain('bank');
  });

  test('[CAP25] going to a page that is not allowed within the tab, and back', async () => {
    const desk = new Desk();
    desk.session.front(1, browser(ERP));
    const page = desk.agent('one', 1);
    page.say(desk.session, ...page.firstState(), page.move(1));
    await desk.later(500);
    desk.session.gone('one');
    desk.session.front(1, browser('https://bank.example'));
    await desk.later(1000);
    const back = desk.agent('two', 1);
    desk.session.front(1, browser(ERP));
    back.say(desk.session, ...back.firstState(), back.move(2));
    await desk.later(500);
    expect(desk.of('gap')).toEqual([{ kind: 'gap', t: 500, until: 1500, reason: 'not-allowed' }]);
    expect(desk.of('surface')).toHaveLength(1);
    expect(desk.of('move')).toHaveLength(2);
  });

  test('[CAP21] items of several documents come out in the order of their times', async () => {
    const desk = new Desk();
    const one = desk.agent('one', 1);
    const two = desk.agent('two', 2);
    one.say(desk.session, ...one.firstState());
    two.say(desk.session, ...two.firstState());
    await desk.later(500);
    desk.clock.now += 40;
    const late = one.move(1, 0, desk.clock.now - 30);
    two.say(desk.session, two.move(2, 0, desk.clock.now - 20));
    one.say(desk.session, late);
    await desk.later(ORDER_WINDOW + 1);
    expect(desk.of('move').map((move) => move.x)).toEqual([1, 2]);
  });

  test('[CAP25] a tab that became not allowed in a pause is a gap from resume on', async () => {
    const desk = new Desk();
    desk.session.front(1, browser(ERP));
    const page = desk.agent('one', 1);
    page.say(desk.session, ...page.firstState(), page.move(1));
    await desk.later(500);
    desk.session.pause('contributor');
    desk.session.front(1, browser('https://bank.example'));
    await desk.later(500);
    desk.session.resume();
    await desk.later(1000);
    await desk.session.end();
    expect(desk.of('gap')).toEqual([{ kind: 'gap', t: 1000, until: 2000, reason: 'not-allowed' }]);
  });

  test('[CAP26] closing a tab closes its surface', async () => {
    const desk = new Desk();
    const page = desk.agent('one', 1);
    page.say(desk.session, ...page.firstState());
    await desk.later(500);
    desk.session.closed(1);
    await desk.later(500);
    expect(desk.of('surface').map((event) => event.phase)).toEqual(['open', 'close']);
  });
});

describe('pause, stop and restart', () => {
  test('[CAP5] a pause tells every agent at once and ends only by resume', async () => {
    const desk = new Desk();
    const page = desk.agent('one');
    page.say(desk.session, ...page.firstState());
    await desk.later(500);
    desk.session.pause('contributor');
    expect(page.told.at(-1)).toEqual({ type: 'pause' });
    page.say(desk.session, page.move(7));
    await desk.later(100_000_000);
    expect(desk.session.paused).toBe(true);
    expect(desk.of('move')).toEqual([]);
    desk.session.resume();
    page.say(desk.session, page.move(8));
    await desk.later(500);
    expect(desk.of('move').map((move) => move.x)).toEqual([8]);
    expect(desk.kinds().filter((kind) => kind === 'pause' || kind === 'resume')).toEqual(['pause', 'resume']);
  });

  test('[CAP5] a page that opens during a pause gets no agent before resume', async () => {
    const desk = new Desk();
    desk.session.pause('contributor');
    const page = desk.agent('one');
    expect(page.told).toEqual([]);
    desk.session.resume();
    expect(page.told.map((message) => message.type)).toEqual(['start']);
  });

  test('[CAP6] stop tells every agent at once; what it held is written', async () => {
    const desk = new Desk();
    const page = desk.agent('one');
    page.say(desk.session, ...page.firstState(), page.move(1));
    desk.clock.now += 1;
    const ended = desk.session.end();
    expect(page.told.at(-1)).toEqual({ type: 'stop' });
    await ended;
    expect(desk.kinds().at(-1)).toBe('task');
    expect(desk.of('move')).toHaveLength(1);
  });

  test('[CAP6] the last words of an agent that was told to stop are heard, of the time before it', async () => {
    let speak = () => {};
    const desk = new Desk(gateFor(ERP), { lastWords: async () => speak() });
    const page = desk.agent('one');
    page.say(desk.session, ...page.firstState());
    await desk.later(500);
    const { settings } = page;
    const { now } = desk.clock;
    speak = () => {
      page.settings = settings;
      const mask: AgentItem = { at: now + 5, item: 'mask', rule: 'text.not-shipped', count: 3 };
      page.say(desk.session, page.move(1, 0, now - 10), page.move(2, 0, now + 1), mask);
    };
    const ended = desk.session.end();
    desk.clock.now += 10;
    await ended;
    expect(desk.of('move').map((move) => move.x)).toEqual([1]);
    expect(desk.of('mask')).toHaveLength(1);
    expect(desk.kinds().at(-1)).toBe('task');
  });

  test('[CAP40] a worker that dies loses nothing, and nothing is written twice', async () => {
    const desk = new Desk();
    const page = desk.agent('one');
    page.say(desk.session, ...page.firstState(), page.move(1));
    await desk.later(500);
    page.say(desk.session, page.move(2));
    desk.restart();
    page.say(null, page.move(3));
    page.connect(desk.session);
    page.say(desk.session, page.move(4));
    await desk.later(500);
    expect(desk.of('move').map((move) => move.x)).toEqual([1, 2, 3, 4]);
    expect(desk.of('surface')).toHaveLength(1);
    expect(page.unacknowledged).toBe(0);
  });

  test('[CAP40] a batch of which a part was durable goes on in the middle', async () => {
    const desk = new Desk();
    const page = desk.agent('one');
    page.say(desk.session, ...page.firstState());
    await desk.later(500);
    const at = desk.clock.now;
    desk.clock.now += 400;
    page.say(desk.session, page.move(1, 0, at), page.move(2, 0, at + 400));
    await desk.later(ORDER_WINDOW - 100);
    expect(desk.of('move').map((move) => move.x)).toEqual([1]);
    desk.restart();
    page.connect(desk.session);
    await desk.later(1000);
    expect(desk.of('move').map((move) => move.x)).toEqual([1, 2]);
  });

  test('[CAP60] the limits of size and duration are said once', async () => {
    const desk = new Desk(gateFor(ERP), { limits: { milliseconds: 1000, bytes: 1e9 } });
    await desk.later(500);
    expect(desk.limit).toBe(null);
    await desk.later(600);
    expect(desk.limit).toBe('duration');
  });
});
