import type { CardedManifest, ReleaseManifest } from '../release/release-manifest.ts';

/** What a card says (spec/release.md, REL60-REL64), in words for people; a translation is a second file of this shape. */
export type CardBlock =
  | { kind: 'list'; rows: readonly (readonly [string, string])[] }
  | { kind: 'table'; head: readonly string[]; rows: readonly (readonly string[])[] }
  | { kind: 'text'; text: string };
/** `title` null: what stands under the name of the release. */
export type CardSection = { title: string | null; blocks: readonly CardBlock[] };

/** Of the manifest alone; what it does not say is said to be not known (REL62). */
export function cardSections(manifest: CardedManifest): CardSection[] {
  const { level, purpose, software, counts, cohort, leftOut, agreements, drawnBy } = manifest;
  return [
    {
      title: null,
      blocks: [
        list([
          ['Id', manifest.id],
          ['Built by', `${software.name} ${software.version}`],
          [
            'Built on',
            'Not said here: the same recordings give the same card on any day. The log of uses has the day.',
          ],
          ['Level', level],
          ['For', purpose],
        ]),
      ],
    },
    {
      title: 'What is in it',
      blocks: [
        list([
          ['Tasks', String(counts.tasks)],
          ['Steps', String(counts.steps)],
          ['Pictures', pictures(counts.pictures, drawnBy)],
          ['Trees of the interface', String(counts.trees)],
          ['People', people(level, cohort)],
        ]),
      ],
    },
    {
      title: 'How it was collected',
      blocks: [
        text(COLLECTED),
        text(HANDLED[level]),
        list([['Points of movement kept as recorded', String(counts.keptPoints)]]),
      ],
    },
    {
      title: 'What people agreed to',
      blocks: [
        text(
          'Who agreed is not said anywhere in this release. The words of each agreement are in the log of rules, under its digest.',
        ),
        agreements.length === 0
          ? text('Not known: the release names no agreement.')
          : table(
              ['Agreement', 'Version', 'Digest'],
              agreements.map((one) => [one.id, String(one.version), one.digest]),
            ),
      ],
    },
    { title: 'How well people can be told apart', blocks: riskOf(manifest) },
    {
      title: 'What is missing',
      blocks: [
        list([
          ['Steps without a picture before them', String(counts.gaps.pictures)],
          ['Steps without a tree before them', String(counts.gaps.trees)],
        ]),
        leftOut.length === 0
          ? text('No rule left out a task.')
          : table(
              ['Rule', 'Tasks that it left out, rounded down to tens'],
              leftOut.map((one) => [one.rule, String(one.count)]),
            ),
        text('Whether a task worked is the word of the person who did it. Nobody else checked it.'),
      ],
    },
    { title: 'Licence, and what may not be done', blocks: [text(terms(purpose))] },
  ];
}

export const COLLECTED =
  'By a recorder that people had running at work on applications that they had agreed to. Each recording was released by the person who made it.';

export const HANDLED: Readonly<Record<ReleaseManifest['level'], string>> = {
  vault:
    'Text that the recorder masked is filler. Everything else is as recorded: no surrogates, no cohort, no measure. It may not leave where it was built.',
  release:
    'Text that the recorder masked has made-up text in its place, text that too few people had is closed, movement is made coarser, and longer recordings are cut into parts.',
  open: 'Not known: there is no release of recordings at this level.',
};

export function terms(purpose: string): string {
  return (
    `There is no public licence. The agreements above are the terms. It may be used for ${purpose} and for nothing else. Nobody may try to\n` +
    'find out who did a task. A release that was superseded because somebody withdrew is to be deleted; a model that was trained on it does not forget.'
  );
}

function people(
  level: ReleaseManifest['level'],
  { people: count, least }: ReleaseManifest['cohort'],
): string {
  const all = count === 0 ? 'fewer than ten, or not known' : `at least ${count}`;
  if (level === 'vault') return `${all}; no cohort is asked for at this level`;
  return `${all}; a task card that fewer than ${least} did is left out`;
}

function pictures(count: number, drawnBy: string | undefined): string {
  if (count === 0) return 'none';
  return drawnBy === undefined ? `${count}; what drew them is not known` : `${count}, drawn by ${drawnBy}`;
}

function riskOf({ risk }: CardedManifest): CardBlock[] {
  if (risk === null) return [text('It was not measured.')];
  const { naming, linking, threshold, report } = risk;
  return [
    table(
      ['What was tried on 5 minutes', 'Found', 'Allowed at most'],
      [
        ['Naming the person of a task', percent(naming), percent(threshold.naming)],
        ['Telling that two tasks are of one person', percent(linking), percent(threshold.linking)],
      ],
    ),
    text(
      `Bounds, chance and attackers are not known here: they are in the report with the digest ${report}.`,
    ),
  ];
}

const list = (rows: readonly (readonly [string, string])[]): CardBlock => ({ kind: 'list', rows });
const table = (head: readonly string[], rows: readonly (readonly string[])[]): CardBlock => ({
  kind: 'table',
  head,
  rows,
});
const text = (said: string): CardBlock => ({ kind: 'text', text: said });

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
