import { checkCatalogue } from '@aboveboard/planner/catalogue/check';
import { shapeProblems } from '@aboveboard/planner/catalogue/config';
import type { CostRow } from '@aboveboard/planner/catalogue/cost';
import type { Gpu } from '@aboveboard/planner/catalogue/gpu';
import type { Model } from '@aboveboard/planner/catalogue/model';
import { type Problem, sentence } from '@aboveboard/planner/problem';
import { text } from './messages/en.ts';

/** The user's own entries. They stay in this browser, and in files and links that she makes herself. */
export type OwnCatalogue = { models: Model[]; gpus: Gpu[]; costs: CostRow[] };
export type OwnKind = keyof OwnCatalogue;
export const ownKinds: readonly OwnKind[] = ['models', 'gpus', 'costs'];
export const noOwn: OwnCatalogue = { models: [], gpus: [], costs: [] };

const MOST_ENTRIES = 2000;
const MOST_SAID = 20;

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const hasOwn = (own: OwnCatalogue): boolean => ownKinds.some((kind) => own[kind].length > 0);

/** What an entry is known by. A cost row is one of its category. */
export function ownName(kind: OwnKind, row: Model | Gpu | CostRow): string {
  return kind === 'costs' ? `${(row as CostRow).category}: ${row.name}` : row.name;
}

/** `later` wins where both have a name. */
export function joinedOwn(before: OwnCatalogue, later: OwnCatalogue): OwnCatalogue {
  const join = <T extends Model | Gpu | CostRow>(kind: OwnKind, old: T[], more: T[]): T[] => {
    const names = new Set(more.map((row) => ownName(kind, row)));
    return [...more, ...old.filter((row) => !names.has(ownName(kind, row)))].slice(0, MOST_ENTRIES);
  };
  return {
    models: join('models', before.models, later.models),
    gpus: join('gpus', before.gpus, later.gpus),
    costs: join('costs', before.costs, later.costs),
  };
}

export function withoutOwn(own: OwnCatalogue, kind: OwnKind, name: string): OwnCatalogue {
  const kept = (own[kind] as (Model | Gpu | CostRow)[]).filter((row) => ownName(kind, row) !== name);
  return { ...own, [kind]: kept };
}

/** A catalogue file as the command line reads it. The whole file or nothing: all faults are said. */
export function readCatalogue(name: string, given: unknown): { own: OwnCatalogue } | { faults: string[] } {
  const problems = checkCatalogue(name, given);
  if (!isTree(given)) return { faults: problems.map(sentence) };
  const kind = given['kind'] as OwnKind;
  if (!ownKinds.includes(kind)) return { faults: [text.own.kind(name, ownKinds.join(', '))] };
  const rows: unknown[] = Array.isArray(given['rows']) ? given['rows'] : [];
  if (rows.length === 0) return { faults: [text.own.empty(name)] };
  if (rows.length > MOST_ENTRIES) return { faults: [text.own.most(name, MOST_ENTRIES)] };
  for (const [i, row] of rows.entries()) problems.push(...entryProblems(kind, row, `${name} row ${i + 1}`));
  if (problems.length > 0) return { faults: problems.slice(0, MOST_SAID).map(sentence) };
  return { own: { ...noOwn, [kind]: rows } };
}

/** The entries of a plan's own catalogue: those that can be used, the others, and what is wrong with these. */
export function ownOfPlan(catalogue: unknown): {
  own: OwnCatalogue;
  faulty: OwnCatalogue;
  problems: Problem[];
} {
  const own: OwnCatalogue = { models: [], gpus: [], costs: [] };
  const faulty: OwnCatalogue = { models: [], gpus: [], costs: [] };
  const problems: Problem[] = [];
  if (!isTree(catalogue)) return { own, faulty, problems };
  for (const kind of ownKinds) {
    const rows = catalogue[kind];
    if (!Array.isArray(rows)) continue;
    rows.slice(0, MOST_ENTRIES).forEach((row: unknown, i) => {
      const found = entryProblems(kind, row, `catalogue.${kind}[${i}]`);
      (found.length === 0 ? (own[kind] as unknown[]) : (faulty[kind] as unknown[])).push(row);
      problems.push(...found);
    });
  }
  return { own, faulty, problems: problems.slice(0, MOST_SAID) };
}

const rates = ['memory', 'usable', 'bandwidth', 'bf16', 'int8', 'power'] as const;

/** What the planner computes with must be there: a row without it would give figures that are no numbers. */
function entryProblems(kind: OwnKind, row: unknown, at: string): Problem[] {
  if (!isTree(row) || typeof row['name'] !== 'string' || row['name'] === '')
    return [{ code: 'corrupt', at, message: text.own.noEntry }];
  const problems: Problem[] = [];
  const missing = (field: string, right: string) =>
    problems.push({ code: 'missing', at: `${at} ${field}`, message: text.faults.missing, right });
  if (kind === 'models') {
    if (!isTree(row['shape'])) missing('shape', text.own.shape);
    else
      for (const problem of shapeProblems(row['shape'] as Model['shape']))
        problems.push({ ...problem, at: `${at} shape.${problem.at}` });
  }
  if (kind === 'gpus') {
    const spec = isTree(row['spec']) ? row['spec'] : {};
    for (const field of rates)
      if (!(typeof spec[field] === 'number' && spec[field] > 0))
        missing(`spec.${field}`, text.faults.aboveZero);
    for (const field of ['link', 'network'])
      if (!(typeof spec[field] === 'number' && spec[field] >= 0))
        missing(`spec.${field}`, text.own.notNegative);
    for (const field of ['title', 'generation', 'vendor'])
      if (typeof row[field] !== 'string') missing(field, text.own.words);
    if (!Array.isArray(row['aliases']) || !row['aliases'].every((alias) => typeof alias === 'string'))
      missing('aliases', text.own.list);
  }
  if (kind === 'costs') {
    for (const field of ['category', 'unit'])
      if (typeof row[field] !== 'string') missing(field, text.own.words);
    for (const field of ['low', 'typical', 'high'])
      if (!(typeof row[field] === 'number' && Number.isFinite(row[field])))
        missing(field, text.faults.aNumber);
  }
  return problems;
}
