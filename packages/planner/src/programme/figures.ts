import type { Checked, Problem } from '../problem.ts';
import { type ProgrammeRate, programmeDefaults } from './rates.ts';

/**
 * What an installation measured of itself, as `aboveboard figures --json` writes it: a small file that carries
 * aggregates only. Anybody may have written it, so it is read strictly, and whole or not at all.
 */
export type Figures = {
  kind: 'aboveboard-figures';
  version: 1;
  /** What they were measured on, in words. */
  source: string;
  date: string;
  measured: Partial<Record<ProgrammeRate, number>>;
  /** Why a rate is not among them. */
  notKnown: { rate: ProgrammeRate; why: string }[];
};

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWords = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= most;
const isRate = (name: unknown): name is ProgrammeRate =>
  typeof name === 'string' && Object.hasOwn(programmeDefaults, name);

/** All that is wrong at once (PLN70). */
export function readFigures(given: unknown): Checked<Figures> {
  const wrong = (at: string, message: string, right?: string): Problem => ({
    code: 'corrupt',
    at,
    message,
    ...(right ? { right } : {}),
  });
  if (!isTree(given) || given['kind'] !== 'aboveboard-figures')
    return {
      ok: false,
      problems: [wrong('kind', 'is no file of figures', 'what aboveboard figures --json writes')],
    };
  if (given['version'] !== 1)
    return { ok: false, problems: [wrong('version', `${String(given['version'])} is not known`, '1')] };
  const { source, date, measured } = given;
  const problems: Problem[] = [];
  if (!isWords(source, 200)) problems.push(wrong('source', 'is missing', 'what was measured, in words'));
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(date))
    problems.push(wrong('date', 'is no day', '2026-11-22'));
  if (!isTree(measured)) problems.push(wrong('measured', 'is missing', 'rates by their names'));
  for (const [name, value] of Object.entries(isTree(measured) ? measured : {})) {
    if (!isRate(name)) problems.push({ ...wrong(`measured.${name}`, 'is no rate'), code: 'unknown-name' });
    else if (!(typeof value === 'number' && value >= 0 && value < 1e15))
      problems.push({
        ...wrong(`measured.${name}`, `cannot be ${JSON.stringify(value)}`, programmeDefaults[name].unit),
        code: 'impossible',
      });
  }
  if (problems.length > 0) return { ok: false, problems };
  const left = Array.isArray(given['notKnown']) ? given['notKnown'] : [];
  return {
    ok: true,
    value: {
      kind: 'aboveboard-figures',
      version: 1,
      source: source as string,
      date: date as string,
      measured: measured as Figures['measured'],
      notKnown: left.flatMap((one) =>
        isTree(one) && isRate(one['rate']) && isWords(one['why'], 500)
          ? [{ rate: one['rate'], why: one['why'] }]
          : [],
      ),
    },
  };
}

/** Where measured rates come from, as an answer says it. */
export const figuresSource = ({ source, date }: Figures): string => `${source} (${date})`;
