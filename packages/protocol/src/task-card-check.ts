import { z } from 'zod';
import type { Checked, Fault } from './fault.ts';
import type { TaskCard } from './manifest.ts';
import { faultsOf, plainText } from './value-check.ts';

/** Task cards from a file or from contributors (REC18); also the shape of the card in a manifest (REC8). */
const MOST_CARDS = 1000;
const inputName = z.string().regex(/^[a-z][a-zA-Z0-9]{0,31}$/);

export const taskCard = z.strictObject({
  id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/),
  version: z.number().int().min(1).max(1_000_000),
  title: plainText(200).min(1),
  goal: plainText(4000).min(1),
  inputs: z.array(z.strictObject({ name: inputName, label: plainText(200), value: plainText(1000) })).max(64),
  check: plainText(4000),
  success: z
    .array(
      z.union([
        z.strictObject({ kind: z.enum(['text-present', 'text-absent']), text: plainText(1000).min(1) }),
        z.strictObject({ kind: z.literal('path'), path: plainText(2048).regex(/^\//) }),
      ]),
    )
    .max(64)
    .optional(),
  origins: z
    .array(
      z
        .string()
        .max(300)
        .regex(/^https?:\/\/[^\s/?#@\\]+$/),
    )
    .max(64),
});

/** From JSON text or a value: a list of cards with ids of their own, all of whose inputs are there and used. */
export function parseTaskCards(json: unknown): Checked<TaskCard[]> {
  let value = json;
  if (typeof json === 'string') {
    if (json.length > 4_000_000) return refused('is too long');
    try {
      value = JSON.parse(json);
    } catch {
      return refused('is not JSON');
    }
  }
  if (!Array.isArray(value)) return refused('is not a list');
  if (value.length > MOST_CARDS) return refused(`has more than ${MOST_CARDS} cards`);
  const parsed = z.array(taskCard).safeParse(value);
  if (!parsed.success) return { ok: false, faults: faultsOf(parsed.error, 'cards', () => 'REC18') };
  const cards = parsed.data as TaskCard[];
  const faults: Fault[] = [];
  const ids = new Set<string>();
  cards.forEach((card, i) => {
    const at = `cards[${i}]`;
    if (ids.has(card.id)) faults.push({ rule: 'REC18', at: `${at}.id`, message: 'is there twice' });
    ids.add(card.id);
    faults.push(...inputFaults(card, at));
  });
  return faults.length > 0 ? { ok: false, faults: faults.slice(0, 100) } : { ok: true, value: cards };
}

/** Every `{name}` of goal and check is an input; every input stands in the goal. */
function inputFaults({ goal, check, inputs }: TaskCard, at: string): Fault[] {
  const faults: Fault[] = [];
  const fault = (place: string, message: string) =>
    faults.push({ rule: 'REC18', at: `${at}.${place}`, message });
  const names = inputs.map(({ name }) => name);
  if (new Set(names).size !== names.length) fault('inputs', 'has a name twice');
  const inGoal = referencesIn(goal);
  for (const [place, used] of [
    ['goal', inGoal],
    ['check', referencesIn(check)],
  ] as const) {
    if (used.some((name) => !names.includes(name))) fault(place, 'names an input that is not there');
  }
  inputs.forEach(({ name }, i) => {
    if (!inGoal.includes(name)) fault(`inputs[${i}]`, 'is not named in the goal');
  });
  return faults;
}

function referencesIn(text: string): string[] {
  return [...text.matchAll(/\{([a-zA-Z0-9]+)\}/g)].map(([, name]) => name as string);
}

function refused(message: string): { ok: false; faults: Fault[] } {
  return { ok: false, faults: [{ rule: 'REC18', at: 'cards', message }] };
}
