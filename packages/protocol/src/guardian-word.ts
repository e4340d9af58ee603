/**
 * What the guardian says of itself when its server asks (spec/controls.md, CTL20-CTL26): whether it gives halves, and what it
 * found when it last tried the server's doors. Both are texts of notes (spec/log.md). The question is signed by the log
 * of uses, by which the guardian knows its server; the answer by the guardian's witness, with the question's random number in it,
 * so that nobody can show an older answer.
 */
export type GuardianWord = {
  /** Origin of the log of uses of the server that asked. */
  log: string;
  /** As in the question: 32 hex digits. */
  asked: string;
  /** Seconds since 1970, by the guardian's clock. */
  at: number;
  /** Null: halves are given out under grants; else who locked them. */
  lockedBy: WordLock | null;
  /** Seconds since 1970 of its last sealed backup; 'unsaid': a guardian of before, which does not say. */
  backup: number | 'none' | 'unsaid';
  /** Null: no round has ended since the guardian was started. */
  probe: WordProbe | null;
};
export type WordProbe = {
  at: number;
  tried: number;
  unanswered: number;
  found: number;
  /** Roles that it could not try, having no account of them; null: a guardian of before, which does not say. */
  lacking: number | null;
  /** The first doors that opened: method and path. */
  doors: readonly string[];
};

export const WORD_LOCKS = ['representative', 'probe', 'restore', 'hand-over'] as const;
export type WordLock = (typeof WORD_LOCKS)[number];
export const WORD_DOORS = 20;

const QUESTION = /^aboveboard word asked v1\nasked ([0-9a-f]{32})\n$/;
const DOOR = /^[A-Z]{3,10} \/[\x21-\x7e]{0,199}$/;
const WORD = new RegExp(
  '^aboveboard guardian word v1\\nlog ([\\x21-\\x7e]{1,255})\\nasked ([0-9a-f]{32})\\nat (\\d{1,12})\\n' +
    `halves (?:open|locked by (${WORD_LOCKS.join('|')}))\\n(?:backup (none|at \\d{1,12})\\n)?` +
    'probe (?:none|at (\\d{1,12}) tried (\\d{1,9}) unanswered (\\d{1,9}) found (\\d{1,9})(?: lacking (\\d{1,3}))?)\\n((?:door [^\\n]*\\n)*)$',
);

/** RangeError for anything but 32 hex digits. */
export function wordQuestionText(asked: string): string {
  const text = `aboveboard word asked v1\nasked ${asked}\n`;
  if (!QUESTION.test(text)) throw new RangeError('not a question of this form');
  return text;
}

/** The random number of a question; null: it is none. */
export function parseWordQuestion(text: string): string | null {
  return QUESTION.exec(text)?.[1] ?? null;
}

/** Doors that can not stand on a line are left out: `found` counts them all the same. RangeError for the rest. */
export function guardianWordText({ log, asked, at, lockedBy, backup, probe }: GuardianWord): string {
  const doors = (probe?.doors ?? []).filter((door) => DOOR.test(door)).slice(0, WORD_DOORS);
  const text = [
    'aboveboard guardian word v1',
    `log ${log}`,
    `asked ${asked}`,
    `at ${at}`,
    lockedBy === null ? 'halves open' : `halves locked by ${lockedBy}`,
    ...(backup === 'unsaid' ? [] : [backup === 'none' ? 'backup none' : `backup at ${backup}`]),
    probe
      ? `probe at ${probe.at} tried ${probe.tried} unanswered ${probe.unanswered} found ${probe.found}${probe.lacking === null ? '' : ` lacking ${probe.lacking}`}`
      : 'probe none',
    ...doors.map((door) => `door ${door}`),
    '',
  ].join('\n');
  if (!WORD.test(text)) throw new RangeError('not a word of this form');
  return text;
}

/** Null: not a word of this form. */
export function parseGuardianWord(text: string): GuardianWord | null {
  const found = WORD.exec(text);
  if (!found) return null;
  const [, log = '', asked = '', at, lock, saved, probeAt, tried, unanswered, count, lacking, lines = ''] =
    found;
  const doors = lines
    .split('\n')
    .slice(0, -1)
    .map((line) => line.slice('door '.length));
  if (doors.length > WORD_DOORS || doors.some((door) => !DOOR.test(door))) return null;
  if (probeAt === undefined && doors.length > 0) return null;
  const probe =
    probeAt === undefined
      ? null
      : {
          at: Number(probeAt),
          tried: Number(tried),
          unanswered: Number(unanswered),
          found: Number(count),
          lacking: lacking === undefined ? null : Number(lacking),
          doors,
        };
  return {
    log,
    asked,
    at: Number(at),
    lockedBy: (lock as WordLock | undefined) ?? null,
    backup: backupOf(saved),
    probe,
  };
}

function backupOf(saved: string | undefined): GuardianWord['backup'] {
  if (saved === undefined) return 'unsaid';
  return saved === 'none' ? 'none' : Number(saved.slice('at '.length));
}
