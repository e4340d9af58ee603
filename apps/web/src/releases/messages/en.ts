import type { MyLineage, ShownHolder } from '@aboveboard/protocol/lineage';

const PURPOSES: Readonly<Record<string, string>> = {
  'model-training': 'training models',
  'model-testing': 'testing models',
};
const purpose = (name: string): string => PURPOSES[name] ?? name;

/** Every word about releases, models and withdrawals. */
export const text = {
  title: 'Releases',
  leadHolder:
    'Releases that you had built, or trained a model on. When somebody takes a recording back, its release is superseded: you are asked to delete every copy of it.',
  leadParty:
    'Every release that was built here, who has it, and which models were trained on it. Nobody is told whose recordings are in one. When somebody takes a recording back, or its agreed time is over, the release is superseded and whoever has it is asked to delete it.',
  none: 'You have no release. “Datasets” says how one is built.',
  noneParty: 'No release was built here yet.',
  head: (name: string, version: number) => `${name}, release ${version}`,
  made: (day: string, of: string) => `Built on ${day} for ${purpose(of)}.`,
  stands: 'Nothing in it was taken back.',
  superseded: (day: string) => `Superseded since ${day}: something in it was erased.`,
  digest: 'Digest',
  models: (names: readonly string[]) => `Models: ${names.join(', ')}.`,
  noModels: 'No model was entered.',
  holders: 'Who has it',
  account: 'Account',
  answer: 'Answer',
  you: 'You',
  standing: ({ toldOn, answerBy, said, saidOn, isLate }: ShownHolder): string => {
    if (toldOn === null) return 'Not asked to delete it';
    if (said === 'deleted') return `Deleted, said on ${saidOn}`;
    const asked = `Asked on ${toldOn} to delete it, by ${answerBy}`;
    return `${isLate ? 'Late. ' : ''}${said === 'not-yet' ? `${asked}; “not yet” said on ${saidOn}` : asked}`;
  },
  please: (day: string) => `Delete every copy that you know of, and say so here by ${day}.`,
  late: (day: string) => `The day to answer by was ${day}. The parties see that the answer is missing.`,
  deleted: 'I deleted every copy',
  notYet: 'Not yet',
  sureTitle: 'Say that it is deleted?',
  sure: 'The parties and the contributors whose recordings were in it rely on this. It can not be taken back.',
  sureNo: 'Not now',
  sureYes: 'It is deleted',
  enter: 'Enter a model',
  enterWhat:
    'Each model that was trained or tested on a release is entered. The contributors whose recordings are in it see its name. An entry is not changed and not removed.',
  name: 'Name of the model',
  nameHint: 'Lower case, digits, dots and hyphens',
  which: 'On which releases',
  otherDigest: 'Digest of a release that somebody else built (if any)',
  button: 'Enter',
  entered: (name: string) => `Entered: ${name}.`,
  mixed: 'These releases were made for different purposes. Enter a model for each.',
  mine: {
    title: 'Where your recordings went',
    lead: 'Datasets that were made from what you released, and the models that learned from them. Nobody else can see which of them are yours.',
    none: 'No dataset was made from your recordings.',
    head: (name: string, version: number) => `${name}, release ${version}`,
    made: (day: string, of: string) => `Made on ${day} for ${purpose(of)}.`,
    holds: (keys: readonly string[]) =>
      `It holds ${keys.length === 1 ? 'your recording' : 'your recordings'} ${keys.map((key) => key.slice(0, 8)).join(', ')}.`,
    took: 'You took back something that is in it.',
    superseded: (day: string) =>
      `Since ${day} it counts as superseded: somebody took something back, or an agreed time was over.`,
    deletion: {
      'not-asked': '',
      waits: 'Those who have it were asked to delete it. Not all have said yet that they did.',
      confirmed: 'Everybody who has it said that they deleted it.',
    } satisfies Record<MyLineage['releases'][number]['deletion'], string>,
    without: (version: number, day: string) => `Release ${version}, made on ${day}, holds nothing of yours.`,
    models: 'Models that learned from it:',
    model: (name: string, of: string, day: string) => `${name} (${purpose(of)}, entered on ${day})`,
    noModels: 'No model was entered so far.',
    what: 'What taking back does, and what it can’t do',
    does: [
      'The recording here is erased and can’t be opened again by anybody.',
      'No later dataset holds it.',
      'Datasets that hold it are marked, and everybody who has one is asked to delete it.',
    ],
    doesNot: [
      'A model that was trained does not forget. What it learned stays in it.',
      'Whoever has a copy of a dataset could keep it. You see what they said, not what they did.',
      'A model that nobody entered does not show here.',
    ],
    doesTitle: 'It does:',
    doesNotTitle: 'It can’t:',
  },
};
