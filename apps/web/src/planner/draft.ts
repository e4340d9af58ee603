import type { ControlAsked } from '@aboveboard/planner/control/score';
import type { Problem } from '@aboveboard/planner/problem';
import type { PlanAsked } from '@aboveboard/planner/scenario/plan';
import { allFields, type Field, type FieldId, fieldAt, fieldOf } from './fields.ts';
import { text } from './messages/en.ts';
import { hasOwn, joinedOwn, noOwn, type OwnCatalogue, ownOfPlan } from './own-catalogue.ts';
import { readNumber, readRange, writeNumber, writeRange } from './written-number.ts';

/**
 * What is being planned: up to three scenarios as they stand in the form, letter by letter, and the evidence for
 * control and the user's own catalogue, which belong to the whole plan. `rest` holds what a plan file says and the
 * form does not ask for: it is answered and saved again as it was.
 */
export type Written = Partial<Record<FieldId, string>>;
export type Draft = { written: Written; rest: PlanAsked };
export type Plan = { scenarios: Draft[]; control: ControlAsked; own: OwnCatalogue };
export const MOST_SCENARIOS = 3;

type Tree = { [key: string]: unknown };
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A draft as the planner asks for it, without catalogue entries, and what cannot be read at all. */
export function askedOf(draft: Draft): { asked: PlanAsked; problems: Problem[] } {
  const asked = structuredClone(draft.rest) as Tree;
  const problems: Problem[] = [];
  for (const id of allFields) {
    const written = draft.written[id]?.trim() ?? '';
    if (written === '') continue;
    const field = fieldOf(id);
    const value = readOf(field, written);
    if (value === undefined) {
      problems.push({
        code: 'impossible',
        at: field.at[0] ?? id,
        message: text.faults.notNumber(written),
        right: field.kind === 'number' ? text.faults.aNumber : text.faults.aRange,
      });
      continue;
    }
    // A part that says something else of its own keeps it (`otherwise` tells the user).
    for (const place of field.at)
      if ((get(asked, place) ?? undefined) === undefined) put(asked, place, value);
  }
  if (draft.written.deployed !== 'yes') delete asked['deploy'];
  leaveUnasked(asked);
  follow(draft, asked);
  problems.push(...serviceProblems(asked), ...ownOfPlan(asked['catalogue']).problems);
  delete asked['catalogue'];
  return { asked: asked as PlanAsked, problems };
}

function readOf({ kind, at }: Field, written: string): unknown {
  if (kind === 'number') return readNumber(written);
  if (kind === 'quantity') return readRange(written);
  // To have a part at all is the answer for `deploy`.
  if (kind === 'flag') return at[0]?.includes('.') ? written === 'yes' : {};
  return written;
}

/** Fields that were left empty and take another's value; only in parts that are asked for. */
function follow(draft: Draft, asked: Tree): void {
  for (const id of allFields) {
    const { at, follows } = fieldOf(id);
    const [place = ''] = at;
    if (!follows || draft.written[id]?.trim() || !isTree(asked[place.split('.')[0] ?? ''])) continue;
    const value = get(asked, fieldOf(follows).at[0] ?? '');
    if (value !== undefined && get(asked, place) === undefined) put(asked, place, value);
  }
}

/** A part that has only what it shares with another part was not asked for. */
function leaveUnasked(asked: Tree): void {
  const { speed, cost, finetune, programme, throughput } = asked;
  if (isTree(speed) && ['isl', 'osl', 'concurrency'].every((name) => speed[name] === undefined))
    delete asked['speed'];
  if (isTree(throughput) && asked['speed'] === undefined && throughput['model_path'] === undefined)
    delete asked['throughput'];
  if (isTree(cost) && Object.keys(cost).every((name) => ['gpu', 'tariff'].includes(name)))
    delete asked['cost'];
  if (isTree(finetune) && finetune['method'] === undefined) delete asked['finetune'];
  if (isTree(programme) && programme['contributors'] === undefined) delete asked['programme'];
}

/** The service is planned only where a rate is given; then its targets must be there too. */
function serviceProblems(asked: Tree): Problem[] {
  const service = asked['service'];
  if (!isTree(service)) return [];
  if (service['requests_a_second'] === undefined) {
    delete asked['service'];
    return [];
  }
  return ['requests_a_second', 'ttft_p95_ms', 'tpot_p95_ms'].flatMap((name): Problem[] => {
    const value = service[name];
    if (typeof value === 'number' && value > 0) return [];
    return [
      {
        code: value === undefined ? 'missing' : 'impossible',
        at: `service.${name}`,
        message: value === undefined ? text.faults.missing : text.faults.cannotBe(String(value)),
        right: text.faults.aboveZero,
      },
    ];
  });
}

function get(tree: Tree, place: string): unknown {
  let at: unknown = tree;
  for (const step of place.split('.')) {
    if (!isTree(at) || !Object.hasOwn(at, step)) return undefined;
    at = at[step];
  }
  return at;
}

function put(tree: Tree, place: string, value: unknown): void {
  const steps = place.split('.');
  const last = steps.pop();
  let at = tree;
  for (const step of steps) {
    const next = at[step];
    if (isTree(next)) at = next;
    else {
      const made: Tree = {};
      at[step] = made;
      at = made;
    }
  }
  if (last) at[last] = value;
}

/** Takes a value out where the form can show it; a config.json, or a figure with its own source, stays in `rest`. */
function take(tree: Tree, place: string, { kind, values, also }: Field): string | undefined {
  if (kind === 'flag' && !place.includes('.')) return isTree(tree[place]) ? 'yes' : undefined;
  const steps = place.split('.');
  const last = steps.pop() ?? '';
  let at = tree;
  for (const step of steps) {
    const next = at[step];
    if (!isTree(next)) return undefined;
    at = next;
  }
  const value = Object.hasOwn(at, last) ? at[last] : undefined;
  if (kind === 'choice' || kind === 'flag') {
    const said = typeof value === 'string' || typeof value === 'boolean' ? String(value).toLowerCase() : '';
    const chosen = kind === 'flag' && said === 'true' ? 'yes' : (also?.[said] ?? said);
    if (!(values ?? ['yes']).includes(chosen)) return undefined;
    delete at[last];
    return chosen;
  }
  const range = Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === 'number');
  if (typeof value !== 'string' && typeof value !== 'number' && !range) return undefined;
  delete at[last];
  return typeof value === 'string'
    ? value
    : typeof value === 'number'
      ? writeNumber(value)
      : writeRange(value as number[]);
}

export function draftOf(asked: PlanAsked): Draft {
  const rest = structuredClone(asked) as Tree;
  const written: Draft['written'] = {};
  delete rest['control'];
  for (const id of allFields) {
    const field = fieldOf(id);
    let first: string | undefined;
    for (const place of field.at) {
      const held = get(rest, place);
      const value = take(rest, place, field);
      if (value === undefined) continue;
      first ??= value;
      // Memory for one GPU and speed on another is a plan that somebody may mean: neither is dropped.
      if (value !== first) put(rest, place, held);
    }
    if (first !== undefined) written[id] = first.slice(0, 200);
  }
  for (const id of allFields) {
    const { follows } = fieldOf(id);
    if (follows && written[id] === written[follows]) delete written[id];
  }
  return { written, rest: rest as PlanAsked };
}

/** Where a part of the plan has its own value in place of a field's. */
export function otherwise(draft: Draft, id: FieldId): { place: string; value: string }[] {
  const { at } = fieldOf(id);
  if (at.length < 2) return [];
  return at.flatMap((place) => {
    const value = get(draft.rest as Tree, place) ?? undefined;
    if (value === undefined) return [];
    return [{ place, value: isTree(value) ? text.plan.ofItsOwn : String(value).slice(0, 200) }];
  });
}

/** The same with the field's value everywhere. */
export function unified(draft: Draft, id: FieldId): Draft {
  const rest = structuredClone(draft.rest) as Tree;
  for (const place of fieldOf(id).at) drop(rest, place);
  return { ...draft, rest: rest as PlanAsked };
}

function drop(tree: Tree, place: string): void {
  const steps = place.split('.');
  const last = steps.pop() ?? '';
  const holder = steps.length === 0 ? tree : get(tree, steps.join('.'));
  if (isTree(holder)) delete holder[last];
}

/** A plan as `aboveboard plan` reads it. */
export function planFileOf(plan: Plan): { scenarios: PlanAsked[] } {
  return {
    scenarios: plan.scenarios.map((draft) => {
      const own = hasOwn(plan.own) ? { catalogue: plan.own } : {};
      const kept = draft.rest.catalogue ? { catalogue: joinedFile(plan.own, draft.rest.catalogue) } : own;
      return { ...askedOf(draft).asked, ...kept, control: plan.control };
    }),
  };
}

/** Entries that have faults are saved as they came, beside the plan's. */
function joinedFile(own: OwnCatalogue, faulty: NonNullable<PlanAsked['catalogue']>) {
  return {
    models: [...own.models, ...(faulty.models ?? [])],
    gpus: [...own.gpus, ...(faulty.gpus ?? [])],
    costs: [...own.costs, ...(faulty.costs ?? [])],
  };
}

/** Reads what a file or a link brought, which anybody may have written. Null: no plan. */
export function planOf(given: unknown): Plan | null {
  if (!isTree(given)) return null;
  const listed = Array.isArray(given['scenarios']) ? given['scenarios'] : [given];
  const scenarios = listed.filter(isTree).slice(0, MOST_SCENARIOS) as PlanAsked[];
  if (!scenarios.some((one) => planParts.some((part) => one[part]))) return null;
  const drafts = scenarios.map(draftOf);
  return { scenarios: drafts, control: controlOf(scenarios[0]?.control), own: takeOwn(drafts) };
}

const planParts = ['memory', 'speed', 'cost', 'finetune', 'programme'] as const;

/** The scenarios' own entries as the plan's; those with a fault stay where they were, to be said and saved. */
function takeOwn(drafts: readonly Draft[]): OwnCatalogue {
  let all = noOwn;
  for (const { rest } of drafts) {
    const { own, faulty } = ownOfPlan(rest.catalogue);
    if (hasOwn(faulty)) rest.catalogue = faulty;
    else delete rest.catalogue;
    all = joinedOwn(own, all);
  }
  return all;
}

export function controlOf(given: unknown): ControlAsked {
  if (!isTree(given)) return {};
  const evidence = (Array.isArray(given['evidence']) ? given['evidence'] : []).filter(isTree).slice(0, 500);
  const weights = isTree(given['weights']) ? given['weights'] : {};
  return {
    evidence: evidence.map((entry) => ({
      item: String(entry['item']),
      finding: entry['finding'] === 'met' ? 'met' : 'notMet',
      rests: String(entry['rests'] ?? ''),
    })),
    weights: Object.fromEntries(
      Object.entries(weights).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    ),
  };
}

/** Problems beside their fields, each said once; the rest have no field in the form. */
export function problemsByField(problems: readonly Problem[]): {
  fields: Partial<Record<FieldId, Problem[]>>;
  elsewhere: Problem[];
} {
  const fields: Partial<Record<FieldId, Problem[]>> = {};
  const elsewhere: Problem[] = [];
  for (const problem of problems) {
    const id = fieldAt(problem.at);
    const known = id ? fields[id] : elsewhere;
    if (known?.some((one) => one.message === problem.message)) continue;
    // The speed part says the same of a name again in its own words.
    if (id && known?.some((one) => one.code === problem.code)) continue;
    if (id) fields[id] = [...(known ?? []), problem];
    else elsewhere.push(problem);
  }
  return { fields, elsewhere };
}

/** What stands there at first: made-up figures, so that the page shows what it does. */
export const examplePlan = (): Plan => ({
  scenarios: [
    {
      written: {
        name: text.example,
        model: 'Qwen/Qwen3-32B',
        gpu: 'h100_sxm',
        tp: '2',
        engine: 'vllm',
        quant: 'fp8',
        context: '16384',
        isl: '2048',
        osl: '512',
        concurrency: '32',
        rate: '4',
        ttft: '3000',
        tpot: '60',
        years: '5',
        currency: 'USD',
        euro: '1.12',
        country: 'EU',
        tokensIn: '10G / 20G / 40G',
        tokensOut: '2.5G / 5G / 10G',
        staffCost: '70000 / 90000 / 130000',
        staffFte: '0.5 / 1 / 1.5',
        apiIn: '0.5 / 1 / 2',
        apiOut: '3 / 5 / 10',
      },
      rest: {},
    },
  ],
  control: {},
  own: noOwn,
});
