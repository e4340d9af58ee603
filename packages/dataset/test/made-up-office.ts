import type { ElementStep, ElementTask } from '../src/eval/element-step.ts';
import type { ShownNode } from '../src/shown-tree.ts';

/** mulberry32, as the planner has it: a test of this package does not import the planner. */
export function seededDraws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const THINGS = ['order', 'invoice', 'customer', 'delivery', 'return', 'stock', 'price', 'offer'];
const DEEDS: Readonly<Record<string, readonly string[]>> = {
  Enter: ['New', 'Number', 'Amount', 'Save'],
  Change: ['Search', 'Open', 'Edit', 'Save'],
  Cancel: ['Search', 'Open', 'More', 'Void', 'Confirm'],
  Send: ['Search', 'Open', 'Mail', 'Recipient', 'Post'],
};
const FIELDS = new Set(['Number', 'Amount', 'Search', 'Recipient']);

/** Tasks of a made-up application: what a goal asks for is done in a way that its words half tell. */
export function madeUpOffice(count: number, seed: number): ElementTask[] {
  const draw = seededDraws(seed);
  const pick = <T>(of: readonly T[]) => of[Math.floor(draw() * of.length)] as T;
  const names = [
    ...new Set(Object.values(DEEDS).flat()),
    'Help',
    'Print',
    'Export',
    'Filter',
    'Sort',
    'Log out',
  ];
  return Array.from({ length: count }, () => {
    const [deed, thing] = [pick(Object.keys(DEEDS)), pick(THINGS)];
    const history: ElementStep['view']['history'][number][] = [];
    const ways = [thing, ...(DEEDS[deed] as readonly string[])];
    const steps = ways.map((name): ElementStep => {
      const shown = [...THINGS, ...names.filter((one) => one === name || draw() < 0.7)];
      const nodes: ShownNode[] = [
        { parent: null, role: 'document', name: '' },
        ...shown.map((one): ShownNode => ({ parent: 0, role: roleOf(one), name: one })),
      ];
      const truth = nodes.findIndex((node) => node.name === name);
      const kind = FIELDS.has(name) ? 'type' : 'click';
      const view = { instruction: `${deed} the ${thing}`, nodes, history: history.slice(-3) };
      history.push({ kind, role: roleOf(name), name });
      return { view, truth, kind };
    });
    return { applications: ['office.example'], steps, unknown: 0 };
  });
}

const roleOf = (name: string) => (FIELDS.has(name) ? 'textbox' : THINGS.includes(name) ? 'link' : 'button');
