const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;

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
  refused: (recordings: number, rules: readonly string[]) =>
    `Refused for ${count(recordings, 'recording', 'recordings')} (${rules.join(', ')}).`,
  lockedBy: {
    representative: 'You locked it.',
    probe: 'The probe found something open and locked it.',
    'hand-over': 'It was handed over to you and is locked until you open it.',
    restore: 'It was restored from a backup and is locked until you open it.',
  },
  unlocked: 'You opened it again.',
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
