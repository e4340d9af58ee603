import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { RecordingError } from '@aboveboard/protocol/fault';
import { StateTree } from '@aboveboard/protocol/state-tree';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSteps } from '../src/action-steps.ts';
import { chromeRecorder } from '../src/import/chrome-recorder.ts';
import { checkSource } from '../src/import/foreign-recording.ts';
import { imported, textSource } from './source-files.ts';

const VIEWPORT = {
  type: 'setViewport',
  width: 918,
  height: 1315,
  deviceScaleFactor: 1,
  isMobile: false,
  hasTouch: false,
  isLandscape: false,
};
const on = (...names: string[]) => ({ target: 'main', selectors: names.map((name) => [name]) });
const click = (selectors: object, more: object = {}) => ({
  type: 'click',
  offsetX: 10.5,
  offsetY: 7,
  ...selectors,
  ...more,
});
const navigation = (url: string) => ({
  assertedEvents: [{ type: 'navigation', url, title: 'Ann’s basket' }],
});
const FLOW = {
  title: 'Order tea for jane@example.org',
  steps: [
    VIEWPORT,
    { type: 'navigate', url: 'https://shop.example/start?q=1', ...navigation('https://shop.example/start') },
    click(on('aria/Add to basket[role="button"]', '#add'), { duration: 120 }),
    { type: 'doubleClick', offsetX: 1, offsetY: 1, ...on('#word'), button: 'secondary', deviceType: 'pen' },
    { type: 'change', value: 'Jane Doe', ...on('aria/Your name is Jane[role="textbox"]') },
    { type: 'keyDown', target: 'main', key: 'Control' },
    { type: 'keyDown', target: 'main', key: 'KeyS' },
    { type: 'keyUp', target: 'main', key: 'KeyS' },
    { type: 'keyUp', target: 'main', key: 'Control' },
    { type: 'keyDown', target: 'main', key: 'Enter' },
    { type: 'scroll', target: 'main', x: 0, y: 640.2 },
    { type: 'scroll', ...on('#list'), y: 12 },
    { type: 'hover', ...on('#menu') },
    { type: 'waitForElement', ...on('.done'), operator: '>=', count: 1 },
    { type: 'waitForExpression', expression: 'globalThis.evaluated = true' },
    { type: 'emulateNetworkConditions', download: 1, upload: 1, latency: 1 },
    { type: 'customStep', name: 'mine', parameters: {} },
    { type: 'teleport' },
    click(on('#add'), { button: 'sixth' }),
    click(on('aria/Pay[role="link"]'), { target: 'http://basket.local/pop', ...navigation('http://till/') }),
    { type: 'close', target: 'http://basket.local/pop' },
    click(on('aria/Add to basket[role="button"]', '#add')),
  ],
};
const source = (flow: unknown, chunk?: number) => textSource({ 'flow.json': JSON.stringify(flow) }, chunk);
const withSteps = (...steps: unknown[]) => source({ title: 'x', steps });

async function faultsOf(from: Parameters<typeof checkSource>[1]): Promise<string[]> {
  try {
    await checkSource(chromeRecorder, from);
  } catch (error) {
    return (error as RecordingError).faults.map(({ rule, at, message }) => `${rule} ${at}: ${message}`);
  }
  return [];
}

async function eventsOf(flow: unknown): Promise<RecordedEvent[]> {
  const { recording } = await imported(chromeRecorder, source(flow));
  const all: RecordedEvent[] = [];
  for await (const events of recording.events()) all.push(...events);
  return all;
}

describe('a flow of the Chrome Recorder', () => {
  it('[IMP40] [IMP44] accounts for every step, and its title is the task', async () => {
    const { manifest } = await imported(chromeRecorder, source(FLOW, 7));
    expect(manifest).toMatchObject({
      class: 'foreign',
      task: { kind: 'free', text: 'Order tea for [removed]' },
    });
    expect(manifest.origin).toEqual({
      format: 'chrome-recorder',
      kept: 15,
      reduced: [
        { rule: 'button-unknown', count: 1 },
        { rule: 'custom', count: 1 },
        { rule: 'hover-without-place', count: 1 },
        { rule: 'network-conditions', count: 1 },
        { rule: 'step-unknown', count: 1 },
        { rule: 'wait', count: 2 },
      ],
    });
    expect(globalThis).not.toHaveProperty('evaluated');
    const own = { title: 'Recording 3/14/2022 at 10:00:00 AM', steps: [VIEWPORT] };
    expect((await imported(chromeRecorder, source(own))).manifest.task).toMatchObject({ text: '' });
  });

  it('[IMP41] puts steps in their order, none into the next', async () => {
    const events = await eventsOf(FLOW);
    const presses = events.flatMap((event) =>
      event.kind === 'down' || event.kind === 'up' ? [`${event.kind} ${event.t}`] : [],
    );
    expect(presses).toEqual([
      'down 2000',
      'up 2120',
      'down 3120',
      'up 3170',
      'down 3220',
      'up 3270',
      'down 12320',
      'up 12370',
      'down 14370',
      'up 14420',
    ]);
  });

  it('[IMP42] says what was acted on, and never where', async () => {
    const { recording } = await imported(chromeRecorder, source(FLOW));
    const { steps } = await readSteps(recording);
    const clicks = steps.filter(({ x }) => x !== undefined);
    expect(clicks.map(({ target }) => `${target?.role} ${target?.name}`)).toEqual([
      'button Add to basket',
      'generic ',
      'generic ',
      'link Pay',
      'button Add to basket',
    ]);
    // The same element of the same page is the same node.
    expect(clicks[4]?.node).toBe(clicks[0]?.node);
    for (const { x, y } of clicks) expect([x, y]).toEqual([-1, -1]);
  });

  it('[IMP43] keeps classes of keys, closed texts, renamed addresses, and a surface for each target', async () => {
    const events = await eventsOf(FLOW);
    const told = (kind: string) => events.filter((event) => event.kind === kind);
    expect(told('text')).toMatchObject([{ value: { open: false, length: 8, script: 'latin' } }]);
    expect(told('keydown')).toMatchObject([
      { key: 'modifier', name: 'Control' },
      { key: 'shortcut', name: 'ctrl+s' },
      { key: 'navigation', name: 'Enter' },
    ]);
    expect(told('navigate')).toMatchObject([
      { surface: 0, origin: 'https://shop.example', path: '/p1' },
      { surface: 0, origin: 'https://shop.example', path: '/p2' },
      { surface: 1, origin: 'https://host.invalid', path: '/p3' },
    ]);
    expect(told('surface').map((event) => 'phase' in event && event.phase)).toEqual([
      'open',
      'open',
      'close',
    ]);
    expect(told('geometry')).toMatchObject([
      { surface: 0, viewport: { width: 918, height: 1315 }, ratio: 1 },
    ]);
    expect(told('scroll')).toMatchObject([{ x: 0, y: 640.19921875 }, { y: 12 }]);
    expect(told('down')[1]).toMatchObject({ button: 2, pointer: 'pen' });
  });

  it('[IMP11] keeps no value, no selector, no title of a page, and no name that a field shows', async () => {
    const { recording, manifest } = await imported(chromeRecorder, source(FLOW));
    const everything = [JSON.stringify(manifest)];
    for await (const events of recording.events()) everything.push(JSON.stringify(events));
    const tree = new StateTree();
    for await (const items of recording.states()) {
      everything.push(JSON.stringify(items));
      // Surfaces have ids of their own: a strict tree takes the first one's.
      for (const { event, surface } of items) if (surface === 0) tree.apply(event);
    }
    expect(tree.size).toBeGreaterThan(3);
    for (const trace of ['Jane', 'Ann', 'jane@', '#add', '#word', 'start', 'basket.local', 'till']) {
      expect(everything.join('')).not.toContain(trace);
    }
  });
});

describe('a flow that lies', () => {
  it('[IMP3] [IMP40] has all faults told at once, with their steps, and nothing of the content', async () => {
    const faults = await faultsOf(
      source({
        title: 7,
        steps: [
          VIEWPORT,
          'hunter2',
          { type: 7 },
          { type: 'click', selectors: 'hunter2', offsetX: '1' },
          click({ selectors: [[]] }),
          click({ selectors: [[1]] }),
          click(on('#a'), { offsetX: 1e9, frame: ['x'], timeout: 'soon', duration: -1 }),
          { type: 'change', ...on('#a') },
          { type: 'keyDown', key: '' },
          { type: 'navigate', url: {} },
          { ...VIEWPORT, width: -5, isMobile: 'no' },
          { type: 'scroll', x: 1e300 },
          { type: 'waitForElement', ...on('#a'), operator: '<>' },
          { type: 'close', target: 7, assertedEvents: 'x' },
          { type: 'close', assertedEvents: [null, { type: 'navigation', url: 7 }] },
        ],
      }),
    );
    expect(faults.map((fault) => fault.replace(/:.*/, ''))).toEqual([
      'IMP6 flow.json',
      ...[2, 3, 4, 4, 4, 5, 6, 7, 7, 7, 7, 8, 9, 10, 11, 11, 12, 13, 14, 14, 15, 15].map(
        (step) => `IMP6 flow.json step ${step}`,
      ),
    ]);
    expect(faults.join('')).not.toContain('hunter2');
  });

  it('[IMP4] [IMP5] is cut off, empty, of another shape, too long or too deep', async () => {
    expect(await faultsOf(textSource({}))).toEqual(['IMP4 flow.json: is missing']);
    expect(await faultsOf(textSource({ 'flow.json': JSON.stringify(FLOW).slice(0, -9) }))).toEqual([
      'IMP4 flow.json: is not JSON',
    ]);
    expect(await faultsOf(textSource({ 'flow.json': '[]' }))).toEqual(['IMP4 flow.json: is not an object']);
    for (const steps of [[], {}, 'x', undefined]) {
      expect(await faultsOf(source({ title: 'x', steps }))).toEqual(['IMP4 flow.json: holds no steps']);
    }
    const deep = `{"title":"x","steps":[${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}]}`;
    expect(await faultsOf(textSource({ 'flow.json': deep }))).toEqual([
      'IMP5 flow.json: is nested more than 64 deep',
    ]);
    // Brackets in a text are no nesting.
    expect(await faultsOf(withSteps({ type: 'navigate', url: `\\"${'['.repeat(99)}` }))).toEqual([]);
    const million = `{"title":"x","steps":[${'{"type":"close"},'.repeat(1_000_000)}0]}`;
    expect(await faultsOf(textSource({ 'flow.json': million }))).toMatchObject(
      [/^IMP5 flow.json: longer/].map((pattern) => expect.stringMatching(pattern)),
    );
    expect(await faultsOf(withSteps(...Array.from({ length: 20_001 }, () => VIEWPORT)))).toEqual([
      'IMP5 flow.json: more than 20000 steps',
    ]);
    const targets = Array.from({ length: 65 }, (_, i) => ({ type: 'close', target: `t${i}` }));
    expect(await faultsOf(withSteps(...targets))).toEqual(['IMP5 flow.json step 65: more than 64 targets']);
  });

  it('[IMP3] whatever comes, ends with faults or a recording that reads back', async () => {
    const step = fc.record(
      {
        type: fc.constantFrom(
          ...['setViewport', 'navigate', 'click', 'doubleClick', 'change', 'keyDown', 'keyUp', 'scroll'],
          ...['close', 'hover', 'waitForElement', 'customStep', '__proto__'],
        ),
        target: fc.constantFrom('main', 'b', '__proto__'),
        selectors: fc.oneof(
          fc.array(fc.array(fc.string(), { minLength: 1 }), { minLength: 1 }),
          fc.anything(),
        ),
        offsetX: fc.double({ noNaN: true }),
        offsetY: fc.integer(),
        value: fc.string({ unit: 'binary' }),
        key: fc.oneof(fc.string({ unit: 'binary', maxLength: 3 }), fc.constantFrom('KeyA', 'Control', 'Alt')),
        url: fc.oneof(fc.webUrl(), fc.string()),
        x: fc.integer({ min: -1000, max: 1000 }),
        duration: fc.integer({ min: -1, max: 99 }),
        width: fc.double({ min: 0, max: 2000, noNaN: true }),
        height: fc.integer({ min: 0, max: 2000 }),
        deviceScaleFactor: fc.double({ min: -1, max: 9, noNaN: true }),
        isMobile: fc.constant(false),
        hasTouch: fc.constant(false),
        isLandscape: fc.constant(false),
        assertedEvents: fc.array(fc.record({ type: fc.constant('navigation'), url: fc.webUrl() })),
      },
      { requiredKeys: ['type', 'selectors', 'offsetX', 'offsetY', 'isMobile', 'hasTouch', 'isLandscape'] },
    );
    let read = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const from = withSteps(...steps);
        if ((await faultsOf(from)).length > 0) return;
        const { recording } = await imported(chromeRecorder, from);
        await readSteps(recording);
        read++;
      }),
      { numRuns: 60 },
    );
    expect(read).toBeGreaterThan(3);
  }, 60_000);
});
