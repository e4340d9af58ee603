import { readFileSync } from 'node:fs';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { z } from 'zod';

const text = z.string().min(1).max(2000);
const card = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  version: z.int().min(1),
  title: text.max(100),
  goal: text,
  inputs: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z][a-zA-Z0-9]{0,31}$/),
        label: text.max(100),
        value: text.max(500),
      }),
    )
    .max(20),
  check: text,
  success: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.enum(['text-present', 'text-absent']), text }),
        z.strictObject({ kind: z.literal('path'), path: text }),
      ]),
    )
    .max(20)
    .optional(),
  origins: z.array(z.url().refine((url) => new URL(url).origin === url, 'not an origin')).max(20),
});
const cards = z
  .strictObject({ cards: z.array(card).max(500) })
  .refine(
    (file) => new Set(file.cards.map((one) => one.id)).size === file.cards.length,
    'two cards have one id',
  )
  .refine(
    (file) =>
      file.cards.every((one) =>
        placeholders(one.goal).every((name) => one.inputs.some((i) => i.name === name)),
      ),
    'a goal names an input that its card does not have',
  );

/** Task cards from a file (T19); a sentence with every fault when it is not one. */
export function readTaskCards(path: string | URL): TaskCard[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`The task cards in ${path} can not be read as JSON.`, { cause });
  }
  const parsed = cards.safeParse(value);
  if (!parsed.success)
    throw new Error(`The task cards in ${path} are not right:\n${z.prettifyError(parsed.error)}`);
  return parsed.data.cards as TaskCard[];
}

function placeholders(goal: string): string[] {
  return [...goal.matchAll(/\{([a-zA-Z0-9]+)\}/g)].map((match) => match[1] as string);
}
