import type { RetiringLack } from '../../src/witness/key-retiring.ts';

/** The sentences about the keys of the witness, in English. */
export const witnessWords = {
  title: 'The keys of your witness',
  help: 'Your guardian countersigns both logs of the server with them, so that nobody can show different people different books. Replace them when somebody may have got hold of them, or when you have agreed to do so every few years.',
  now: 'In use',
  next: 'To come',
  make: 'Make other keys',
  makeHelp:
    'The old ones go on working until you retire them. The operator then prepares a statement, which you and the employer both sign.',
  retire: 'Retire the old keys',
  lack: {
    'no-next': '',
    rules: 'The rules could not be checked just now. Try again when the server answers.',
    'not-signed':
      'Next: the operator prepares the statement of the change ("aboveboard rotate begin"). You and the employer both sign it and enter it.',
    'no-bridge':
      'The change is signed. The old keys now countersign it once more, so that every recorder can follow; that takes a minute.',
  } satisfies Record<RetiringLack, string>,
  ready:
    'Every recorder can follow now. Let the operator finish first ("aboveboard rotate finish"); then retire the old keys. They are overwritten and do not come back.',
} as const;
