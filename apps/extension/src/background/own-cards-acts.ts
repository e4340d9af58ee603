import type { TaskCard, TaskDescription } from '@aboveboard/protocol/manifest';
import { cardsFromFile } from '../cards/card-file.ts';
import { type CardDraft, cardOf, draftFaults } from '../cards/own-card.ts';
import { hexOf } from '../store/byte-text.ts';
import type { OwnCards } from '../store/own-cards.ts';
import { CommandFault } from './command-fault.ts';
import { randomBytes } from './recording-writing.ts';

const MOST_OWN = 200;

/** A card of hers, new or changed. The panel has looked at it before; here it is looked at again (MASK16). */
export async function keepCard(ownCards: OwnCards, draft: CardDraft, id: string | undefined): Promise<void> {
  if (draftFaults(draft).length > 0) throw new CommandFault('card');
  const own = await ownCards.all();
  const before = own.find((card) => card.id === id);
  if (!before && own.length >= MOST_OWN) throw new CommandFault('card');
  const made = cardOf(draft, before?.id ?? `own-${hexOf(randomBytes(6))}`, (before?.version ?? 0) + 1);
  if (!made.ok) throw new CommandFault('card', made.faults[0]?.message);
  await ownCards.keep([made.value]);
}

export async function addCardsFromFile(ownCards: OwnCards, text: string): Promise<void> {
  const cards = cardsFromFile(text);
  if (!cards.ok) {
    const [fault] = cards.faults;
    throw new CommandFault('card-file', fault && `${fault.at}: ${fault.message}`);
  }
  const own = await ownCards.all();
  if (own.length + cards.value.length > MOST_OWN) throw new CommandFault('card-file');
  await ownCards.keep(cards.value);
}

/**
 * The task as this device knows it: a card is one of the installation's or her own, with its own inputs, whatever a
 * page of ours said; only these may stay literal.
 */
export function knownTask(cards: readonly TaskCard[], asked: TaskDescription): TaskDescription {
  if (asked.kind === 'free') return asked;
  const said = JSON.stringify(asked.card);
  const card = cards.find((one) => JSON.stringify(one) === said);
  if (!card) throw new CommandFault('card');
  return {
    kind: 'card',
    card,
    inputs: Object.fromEntries(card.inputs.map(({ name, value }) => [name, value])),
  };
}
