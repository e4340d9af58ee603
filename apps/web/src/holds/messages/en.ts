import type { HoldReason, ShownHold } from '@aboveboard/protocol/holds';
import { parties } from '../../stewards/messages/en.ts';

const who = (of: readonly (keyof typeof parties)[]) => of.map((role) => parties[role]).join(' and ');
const REASONS: Readonly<Record<HoldReason, string>> = {
  'court-order': 'A court ordered it',
  'authority-order': 'An authority ordered it',
  'legal-claim': 'A legal claim is made or answered',
};

/** Every word of the page about legal holds. */
export const text = {
  title: 'Legal holds',
  lead: 'What is kept although it is due to be erased, or its contributor asked for its erasure. It takes the employer and the representative together, for at most 92 days. What is held is read by nobody, and each contributor whom it concerns sees it. Any party can end it.',
  none: 'Nothing is held, and nobody has asked for it.',
  list: 'Asked for',
  ask: 'Ask for a hold',
  askWhat:
    'The employer asks; then employer and representative each approve with their own key. Until both have, nothing is held.',
  reason: 'Why',
  reasons: REASONS,
  slice: 'Which recordings',
  sliceWeeks: 'All of some weeks',
  sliceList: 'A list of recordings',
  from: 'From week (2026-W40)',
  to: 'To week (2026-W52)',
  recordings: 'Their ids, each on a line',
  days: 'For how many days',
  button: 'Ask',
  asked: 'Asked. It stands in the log. Now both approve it below.',
  state: { waiting: 'Waits', holds: 'Holds', ended: 'Ended' } satisfies Record<ShownHold['state'], string>,
  because: (reason: HoldReason) => `${REASONS[reason]}.`,
  weeks: (from: string, to: string) => `Recordings of the weeks ${from} to ${to}.`,
  cards: (from: string, to: string) => `Recordings of the named task cards in the weeks ${from} to ${to}.`,
  listed: (n: number) =>
    `${n.toLocaleString('en-GB')} ${n === 1 ? 'recording' : 'recordings'}, each named by its id.`,
  until: (day: string) => `Until ${day} at the latest. It ends by itself and is not prolonged.`,
  askedOn: (day: string) => `Asked on ${day}.`,
  approvedBy: (of: readonly (keyof typeof parties)[]) => `Approved by ${who(of)}.`,
  waitsFor: (of: readonly (keyof typeof parties)[], day: string) => `Waits for ${who(of)}, until ${day}.`,
  end: ({ kind, by }: NonNullable<ShownHold['end']>) =>
    ({
      ended: `Ended by ${by ? parties[by] : 'a party'}.`,
      agreement: 'Ended: another version of the agreement came into force.',
      over: 'Ended: its time is over.',
      unanswered: 'Ended: nobody answered in time.',
    })[kind],
  unreadable: 'What the server shows is not what would be signed. Nothing can be done about it here.',
  noKey: 'To approve or end a hold you need your party’s key in this browser (page “Sign”).',
  approve: {
    title: 'Approve',
    what: 'With this your party agrees that these recordings are neither erased nor read until the day that is named. Contributors see it.',
    undo: 'It can be ended at any time, by any party. What contributors asked to be erased is then erased.',
    button: 'Sign the approval',
  },
  finish: {
    title: 'End',
    what: 'With this the hold is over at once, for good. What waits to be erased is erased within the hour.',
    undo: 'It can not be taken back: who needs a hold asks for another.',
    button: 'Sign the end',
    word: 'end',
  },
};
