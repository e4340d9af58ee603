import { cardLiterals } from '@aboveboard/protocol/card-literals';
import { describe, expect, test } from 'vitest';
import { cardsFromFile } from '../src/cards/card-file.ts';
import { type CardDraft, cardOf, draftFaults, draftOf, EMPTY_DRAFT } from '../src/cards/own-card.ts';

const DRAFT: CardDraft = {
  title: 'File an expense',
  goal: 'File 240.00 EUR for ACME, call +49 30 901820 first {or not}',
  inputs: [
    { label: 'Amount', value: '240.00 EUR' },
    { label: 'Vendor', value: 'ACME' },
    { label: 'Reason', value: 'ACME meeting' },
    { label: '', value: '' },
  ],
  check: 'ACME and 240.00 EUR are in the list of 2026-11-22.',
  success: 'Saved',
};

function made(draft: CardDraft) {
  const card = cardOf(draft, 'own-1', 1);
  if (!card.ok) throw new Error(JSON.stringify(card.faults));
  return card.value;
}

describe('a card of her own', () => {
  test('[MASK16] [MASK15] inputs stay as she made them up; the rest of her words passes the net', () => {
    expect(draftFaults(DRAFT)).toEqual([]);
    const card = made(DRAFT);
    expect(card.inputs.map(({ value }) => value)).toEqual(['240.00 EUR', 'ACME', 'ACME meeting']);
    expect(card.goal).toBe('File {input1} for {input2}, call [phone] first or not Reason: {input3}.');
    expect(card.check).toBe('ACME and 240.00 EUR are in the list of [number].');
    const inputs = Object.fromEntries(card.inputs.map(({ name, value }) => [name, value]));
    expect(cardLiterals({ kind: 'card', card, inputs })).toEqual([
      '240.00 EUR',
      'ACME',
      'ACME meeting',
      'Saved',
    ]);
  });

  test('comes back as she filled it in, and is the same card when nothing was changed', () => {
    const card = made(DRAFT);
    expect(made(draftOf(card))).toEqual(card);
  });

  test('[MASK16] says field by field what may not stay', () => {
    const draft: CardDraft = {
      ...EMPTY_DRAFT,
      title: 'Card',
      goal: ' ',
      inputs: [
        { label: 'To', value: 'ada@works-council.de' },
        { label: 'To', value: 'ada@mail.example' },
        { label: 'IBAN', value: 'DE89 3704 0044 0532 0130 00' },
        { label: '', value: 'x' },
      ],
      check: 'It is there.',
      success: '+49 30 901820',
    };
    expect(draftFaults(draft)).toEqual([
      { field: 'goal', rule: 'empty' },
      { field: 0, rule: 'free.email' },
      { field: 2, rule: 'free.iban' },
      { field: 3, rule: 'half' },
      { field: 'success', rule: 'free.phone' },
    ]);
  });
});

describe('cards from a file', () => {
  const card = made(DRAFT);
  test('[REC18] [MASK16] are cards, and pass the same detectors', () => {
    expect(cardsFromFile(JSON.stringify([card]))).toEqual({ ok: true, value: [card] });
    expect(cardsFromFile(JSON.stringify({ cards: [card] }))).toEqual({ ok: true, value: [card] });
    const faults = (json: unknown) => {
      const read = cardsFromFile(typeof json === 'string' ? json : JSON.stringify(json));
      return read.ok ? [] : read.faults.map(({ rule, at }) => `${rule} ${at}`);
    };
    expect(faults('no')).toEqual(['REC18 cards']);
    expect(faults([{ ...card, exempt: true }])).toHaveLength(1);
    const [first, ...others] = card.inputs;
    const real = { ...card, inputs: [{ ...first, value: '4111 1111 1111 1111' }, ...others] };
    expect(faults([real])).toEqual(['MASK16 cards[0].inputs[0].value']);
    const shown = { ...card, success: [{ kind: 'text-present', text: 'ada@works-council.de' }] };
    expect(faults([shown])).toEqual(['MASK16 cards[0].success[0].text']);
  });
});
