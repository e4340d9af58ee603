import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { SerializedNode, StateItem } from '@aboveboard/protocol/state';
import type { ElementTask, ElementView } from '../src/eval/element-step.ts';
import type { ExportRecording } from '../src/export/export-recording.ts';
import { click, front, geometry, key, navigate, state } from './event-rows.ts';
import { madeUpOffice, seededDraws } from './made-up-office.ts';
import { recordingOf } from './made-up-release.ts';

const SURFACE = 3;
const STEP = 2000;
export const ROWS = 3;
/** How often a person goes another way than the rest, and opens a row of her own by its name. */
const ASTRAY = 0.15;
const BY_ROW = 0.5;

/** Tasks of the made-up office as recordings of `people` people: a page for each step, and rows of each person's own in it. */
export function officeRecordings(people: number, each: number, seed: number): ExportRecording[] {
  const draw = seededDraws(seed + 1000);
  return madeUpOffice(people * each, seed).map((task, i) =>
    officeRecording(task, Math.floor(i / each), i % each, draw),
  );
}

function officeRecording(
  task: ElementTask,
  person: number,
  number: number,
  draw: () => number,
): ExportRecording {
  const own = Array.from({ length: ROWS }, () => `${fillerWord(draw)} ${fillerWord(draw)}`);
  const events: RecordedEvent[] = [
    { kind: 'surface', t: 0, surface: SURFACE, phase: 'open', type: 'tab' },
    front(0, SURFACE),
    geometry(0, 1000, 600, SURFACE),
    navigate(1, '/office', SURFACE),
  ];
  const states: StateItem[] = [];
  for (const [i, { view, truth, kind }] of task.steps.entries()) {
    const t = STEP * (i + 1);
    const base = 1000 * (i + 1);
    const isAstray = draw() < ASTRAY;
    const isRow = view.nodes[truth]?.name === 'Open' && draw() < BY_ROW;
    const place = isAstray ? 1 + Math.floor(draw() * (view.nodes.length - 1)) : truth;
    const node = isRow ? base + 900 + 2 * Math.floor(draw() * ROWS) : base + 10 * place;
    states.push(pageOf(view, t - 1500, base, own));
    events.push(state(t - 1400, i, true, SURFACE));
    if (kind === 'type' && !isAstray) {
      const closed = { open: false as const, length: 8, script: 'latin' as const };
      events.push(
        { kind: 'focus', t, scope: 'element', surface: SURFACE, node },
        key('keydown', t + 10),
        key('keyup', t + 50),
        { kind: 'text', t: t + 60, node, value: closed },
      );
    } else events.push(...click(t, 20 + Math.floor(draw() * 900), 20 + Math.floor(draw() * 500), 0, node));
  }
  const end = STEP * (task.steps.length + 1);
  const work = recordingOf(person, number);
  const [deed = '', thing = ''] = (task.steps[0]?.view.instruction ?? '').split(' the ');
  const { task: card } = work.manifest;
  if (card.kind !== 'card') throw new TypeError('made-up work is of a card');
  return {
    manifest: {
      ...work.manifest,
      clock: { ...work.manifest.clock, durationTicks: end },
      task: {
        kind: 'card',
        card: { ...card.card, id: deed.toLowerCase(), title: deed, goal: `${deed} the {word}` },
        inputs: { word: thing },
      },
      counts: { events: events.length, states: states.length, frames: 0 },
    },
    async *events() {
      yield events;
    },
    async *states() {
      yield states;
    },
  };
}

/** As a recorder puts it for what is a person's own; nobody else has the same. */
function fillerWord(draw: () => number): string {
  const letter = (of: string) => of[Math.floor(draw() * of.length)] as string;
  return Array.from({ length: 4 }, () => letter('tnrlsm') + letter('aoei')).join('');
}

function pageOf({ nodes }: ElementView, t: number, base: number, own: readonly string[]): StateItem {
  const words = (id: number, textContent: string): SerializedNode => ({ type: 3, id, textContent });
  const element = (
    id: number,
    tagName: string,
    childNodes: SerializedNode[],
    attributes: Record<string, string> = {},
  ): SerializedNode => ({ type: 2, id, tagName, attributes, childNodes });
  const things = nodes.slice(1).map(({ role, name }, i) => {
    const id = base + 10 * (i + 1);
    if (role === 'textbox') return element(id, 'input', [], { type: 'text', value: '', 'aria-label': name });
    const link = role === 'link';
    return element(id, link ? 'a' : 'button', [words(id + 1, name)], link ? { href: '#' } : {});
  });
  const rows = own.map((text, i) =>
    element(base + 900 + 2 * i, 'a', [words(base + 901 + 2 * i, text)], { href: '#' }),
  );
  const body = element(base + 2, 'body', [...things, ...rows]);
  const html = element(base + 3, 'html', [element(base + 4, 'head', []), body]);
  const node: SerializedNode = { type: 0, id: base + 1, childNodes: [html] };
  return { t, surface: SURFACE, event: { type: 2, data: { node, initialOffset: { top: 0, left: 0 } } } };
}
