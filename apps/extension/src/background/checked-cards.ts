import type { TaskCard } from '@aboveboard/protocol/manifest';
import { parseTaskCards } from '@aboveboard/protocol/task-card-check';
import { CommandFault } from './command-fault.ts';

/** What a server says of its cards, checked: those that are asked for are among them, once each. */
export function cardsOf(given: { cards: unknown; askedFor?: unknown }): {
  cards: TaskCard[];
  askedFor: string[];
} {
  const cards = checkedCards(given.cards);
  const asked = Array.isArray(given.askedFor) ? (given.askedFor as unknown[]) : [];
  return { cards, askedFor: cards.flatMap(({ id }) => (asked.includes(id) ? [id] : [])) };
}

/** What a card says may stay literal: one that is none is not taken for one (REC18). */
export function checkedCards(given: unknown): TaskCard[] {
  const parsed = parseTaskCards(given);
  if (!parsed.ok) throw new CommandFault('file', parsed.faults[0] && `cards: ${parsed.faults[0].message}`);
  return parsed.value;
}
