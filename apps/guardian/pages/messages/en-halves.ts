const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

/** Why something was refused, by the rule that did not hold (spec/grant.md, spec/guardian.md). */
const reasons: Readonly<Record<string, string>> = {
  locked: 'this guardian was locked',
  limit: 'more than you allow in an hour would have been opened',
  GRT22: 'a signature under the grant does not hold',
  GRT23: 'two parties have to sign a grant, you one of them, and had not',
  GRT24: 'whoever asks may not sign for it himself',
  GRT25: 'a party has refused or taken back the grant',
  GRT30: 'the grant rests on an agreement that is not in force, or on rules that are too old',
  GRT31: 'the agreement does not allow the purpose, or not for so long',
  GRT32: 'it was asked outside the time of the grant',
  GRT40: 'the key of the one who reads is not the grant’s',
  GRT41: 'the log says something else than what was asked for',
  GRT42: 'not all of it is within what was granted',
  GRD67: 'the log does not show the access, as far as this guardian has seen it',
  GRD68: 'its entry in the log is too old, or later than now',
  GRD69: 'the key of the one who reads is not the grant’s',
  GRD70: 'this access had been used already, by another reader',
};

/** What the representative's page says of keys, in English. */
export const halfWords = {
  title: 'Who reads what people released?',
  open: 'Recordings can be read under a grant that you and another party signed.',
  openHelp:
    'This guardian holds one half of every recording’s key. Lock it when something is wrong: from that moment nothing more is opened, by anybody, until you open it again. What is being read now may be read to its end.',
  locked: 'Locked. Nothing can be opened.',
  lockedHelp: 'Only you can open it again, here. What is asked for meanwhile is refused and written below.',
  lock: 'Lock it now',
  unlock: 'Open it again',
  given: (given: number, limit: number) =>
    `${count(given, 'recording', 'recordings')} opened in the last hour; at most ${limit.toLocaleString('en-GB')} an hour.`,
  limit: 'At most in an hour',
  limitHelp: (most: number) =>
    `A whole number, at most ${most.toLocaleString('en-GB')}. With 0 nothing is opened.`,
  setLimit: 'Change it',
  statement: 'Say in the rules log that this guardian holds the halves',
  statementHelp:
    'Recorders seal the other half of each key to whom you name there, and release nothing before. Sign it with your own key, on the machine where it is, and submit it on the server’s pages.',
  parties: 'Whose signatures count here?',
  partiesHelp:
    'This guardian kept these keys when it first saw an agreement, and gives nothing under others. Read them to the other parties, and hold them against what a recorder shows under “What this recorder relies on”. If one differs, lock it and tell the others: somebody put other keys in the way.',
  keysOf: {
    employer: 'Keys of the employer',
    representative: 'Your own keys',
    'data-protection-officer': 'Keys of the data-protection officer',
  } as Readonly<Record<string, string>>,
  journal: 'What was asked of this guardian',
  look: 'Look again',
  none: 'Nobody has asked for anything yet.',
  gave: (line: {
    recordings: number;
    asker: string;
    grant: string;
    purpose: string;
    reading: string;
    approvedBy: readonly string[];
  }) =>
    `Researcher ${line.asker.slice(0, 8)} opened ${count(line.recordings, 'recording', 'recordings')} ${line.reading}, for ${line.purpose}, under grant ${line.grant.slice(0, 8)}, signed by ${line.approvedBy.join(' and ')}.`,
  refused: (recordings: number, rules: readonly string[]) => {
    const why = [...new Set(rules.map((rule) => reasons[rule] ?? 'what was shown does not hold'))];
    const named = rules.filter((rule) => /^[A-Z]+\d+$/.test(rule));
    const by = named.length > 0 ? ` (${named.join(', ')})` : '';
    return `Refused to open ${count(recordings, 'recording', 'recordings')}: ${why.join('; ')}${by}.`;
  },
  lockedBy: {
    representative: 'You locked it.',
    probe: 'The probe found something open and locked it.',
    'hand-over': 'It was handed over to you and is locked until you open it.',
    restore: 'It was restored from a backup and is locked until you open it.',
  },
  unlocked: 'You opened it again.',
  madeIdentity: (name: string) => `You made a new one for recorders to seal to (${name}).`,
  retiredIdentity: (name: string) => `You retired the older one that recorders sealed to (${name}).`,
  limited: (limit: number) => `You set the limit to ${limit.toLocaleString('en-GB')} an hour.`,
  purposes: {
    'model-training': 'training models',
    'model-testing': 'testing models',
  } as Readonly<Record<string, string>>,
  readings: {
    dataset: 'to build a dataset',
    inspection: 'to look at them',
    rendering: 'to draw their pictures',
    environment: 'to make a test environment',
  } as Readonly<Record<string, string>>,
  roles: {
    employer: 'the employer',
    representative: 'you',
    'data-protection-officer': 'the data-protection officer',
  } as Readonly<Record<string, string>>,
};
