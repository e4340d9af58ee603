import type { Checked } from '@aboveboard/protocol/fault';
import type { TaskCard } from '@aboveboard/protocol/manifest';
import { parseTaskCards } from '@aboveboard/protocol/task-card-check';
import { maskFreeText } from '@aboveboard/redact/free-text';
import { madeUpFaults } from '@aboveboard/redact/made-up';

/** What she fills in. Values stand in the text as they are; the card's own form is made of it. */
export type CardDraft = {
  title: string;
  goal: string;
  inputs: { label: string; value: string }[];
  check: string;
  /** Words that the page shows when it worked; empty: none. */
  success: string;
};

export const EMPTY_DRAFT: CardDraft = {
  title: '',
  goal: '',
  inputs: [{ label: '', value: '' }],
  check: '',
  success: '',
};

/** What stops a draft: a field, and the rule that found something in it (MASK16), or that it is empty. */
export type DraftFault = { field: 'title' | 'goal' | 'check' | 'success' | number; rule: string };

/** Empty rows of inputs are no inputs. */
export function draftFaults(draft: CardDraft): DraftFault[] {
  const faults: DraftFault[] = [];
  for (const field of ['title', 'goal', 'check'] as const) {
    if (draft[field].trim() === '') faults.push({ field, rule: 'empty' });
  }
  for (const [field, { label, value }] of draft.inputs.entries()) {
    if (label.trim() === '' && value.trim() === '') continue;
    if (label.trim() === '' || value.trim() === '') faults.push({ field, rule: 'half' });
    for (const rule of madeUpFaults(value)) faults.push({ field, rule });
  }
  for (const rule of madeUpFaults(draft.success)) faults.push({ field: 'success', rule });
  return faults;
}

/** The card of a draft without faults; title, goal and check pass the net for her own words (MASK15). */
export function cardOf(draft: CardDraft, id: string, version: number): Checked<TaskCard> {
  const inputs = draft.inputs
    .filter(({ label, value }) => label.trim() !== '' && value.trim() !== '')
    .map(({ label, value }, i) => ({ name: `input${i + 1}`, label: plain(label), value: value.trim() }));
  const success = draft.success.trim();
  const parsed = parseTaskCards([
    {
      id,
      version,
      title: words(draft.title, inputs),
      goal: namedGoal(draft.goal, inputs),
      inputs,
      check: words(draft.check, inputs),
      ...(success ? { success: [{ kind: 'text-present', text: success }] } : {}),
      origins: [],
    },
  ]);
  if (!parsed.ok) return parsed;
  const [card] = parsed.value;
  return card ? { ok: true, value: card } : { ok: false, faults: [] };
}

/** For changing it: what she would have filled in. */
export function draftOf({ title, goal, inputs, check, success }: TaskCard): CardDraft {
  const shown = success?.find((one) => one.kind === 'text-present');
  return {
    title,
    goal: inputs.reduce((text, { name, value }) => text.replaceAll(`{${name}}`, value), goal),
    inputs: inputs.map(({ label, value }) => ({ label, value })),
    check,
    success: shown && 'text' in shown ? shown.text : '',
  };
}

/** Each input is named in the goal (REC18): where its value stands, else at the end. */
function namedGoal(goal: string, inputs: TaskCard['inputs']): string {
  const named = words(goal, inputs, ({ name }) => `{${name}}`);
  const missing = inputs.filter(({ name }) => !named.includes(`{${name}}`));
  return [named, ...missing.map(({ name, label }) => `${label}: {${name}}.`)].join(' ');
}

type Piece = { text: string; input?: TaskCard['inputs'][number] };

/** Through the net of MASK15, but for the values of her inputs, which `stand` writes. */
function words(
  text: string,
  inputs: TaskCard['inputs'],
  stand: (input: TaskCard['inputs'][number]) => string = ({ value }) => value,
): string {
  // The longest first: one value may stand within another.
  const byLength = [...inputs].sort((a, b) => b.value.length - a.value.length);
  const pieces = byLength.reduce<Piece[]>(
    (before, input) =>
      before.flatMap((piece) =>
        piece.input
          ? [piece]
          : piece.text
              .split(input.value)
              .flatMap((rest, i): Piece[] => [...(i > 0 ? [{ text: '', input }] : []), { text: rest }]),
      ),
    [{ text: plain(text) }],
  );
  return pieces.map((piece) => (piece.input ? stand(piece.input) : maskFreeText(piece.text).text)).join('');
}

/** Braces name inputs in a card; hers are words. */
function plain(text: string): string {
  return text.replace(/[{}]/g, ' ').replace(/\s+/g, ' ').trim();
}
