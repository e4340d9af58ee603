import type { Checked } from '@aboveboard/protocol/fault';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { parseTaskCards } from '@aboveboard/protocol/task-card-check';
import { madeUpFaults } from '@aboveboard/redact/made-up';

/**
 * Cards from a file that she chose: a list of cards, or `{ cards: [...] }`. Whoever wrote it may have meant well or
 * not: what would stay literal passes the same detectors as what she makes up herself (MASK16).
 */
export function cardsFromFile(text: string): Checked<TaskCard[]> {
  let given: unknown = text;
  try {
    const json = JSON.parse(text) as { cards?: unknown };
    given = Array.isArray(json) ? json : (json?.cards ?? json);
  } catch {
    // The parser of cards says that it is not JSON.
  }
  const parsed = parseTaskCards(given);
  if (!parsed.ok) return parsed;
  const faults = parsed.value.flatMap((card, i) =>
    literalsOf(card).flatMap(({ at, text: literal }) =>
      madeUpFaults(literal).map((rule) => ({
        rule: 'MASK16',
        at: `cards[${i}].${at}`,
        message: `has the form of somebody's data (${rule})`,
      })),
    ),
  );
  return faults.length > 0 ? { ok: false, faults } : parsed;
}

function literalsOf({ inputs, success = [] }: TaskCard): { at: string; text: string }[] {
  return [
    ...inputs.map(({ value }, i) => ({ at: `inputs[${i}].value`, text: value })),
    ...success.flatMap((one, i) =>
      one.kind === 'path' ? [] : [{ at: `success[${i}].text`, text: one.text }],
    ),
  ];
}
