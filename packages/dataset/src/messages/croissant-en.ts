import type { ReleaseManifest } from '../release/release-manifest.ts';
import { COLLECTED, HANDLED } from './card-en.ts';

/** What a Croissant document says of a release in words (spec/release.md, REL82); a translation is a second file of this shape. */
export function releaseDescription({ name, version, counts, level }: ReleaseManifest): string {
  return (
    `Release ${version} of ${name}, at the level ${level}: ${counts.tasks} tasks of people who worked on a computer, ${counts.steps} steps, ` +
    `${counts.pictures} pictures and ${counts.trees} trees of the interface.`
  );
}

export const CREATOR = 'Not named: the organisation whose log of uses has this release';
export const NO_AGREEMENT = 'Not known: the release names no agreement';
export const agreementName = (id: string, version: number) => `Agreement ${id}, version ${version}`;

export const FILES = {
  manifest: 'The manifest: what the release says of itself, and the digest of each shard.',
  card: 'The same for people, and for paper.',
  shards:
    'Steps, trees and pictures of each task, encrypted under a key of its own. Their digests are in the manifest.',
  plain: 'Steps, trees and pictures of each task, not encrypted. Their digests are in the manifest.',
} as const;

export const TASKS = {
  set: 'The tasks, as the manifest lists them, and on which side of each split they are.',
  id: 'Of this release alone.',
  person: 'train or test, drawn by person: no person is on both sides. Null: there were too few.',
  application: 'train or test, drawn by application. Null: there were too few.',
  template: 'train or test, drawn by task card. Null: there were too few.',
} as const;

export const USE = {
  name: 'What the release may be used for',
  purpose: 'For this purpose of the agreements, and for no other',
  identify: 'Find out who did a task',
  remove: 'Delete every copy when the release is superseded',
} as const;

/** Properties of Croissant RAI 1.0, by their names there. */
export function responsibleUse(manifest: ReleaseManifest): Record<string, string | string[]> {
  const { level, purpose, counts, cohort, risk, leftOut } = manifest;
  const people = cohort.people === 0 ? 'fewer than ten, or not known' : `at least ${cohort.people}`;
  return {
    dataCollection: COLLECTED,
    dataCollectionType: ['Software Collection', 'User-generated content data'],
    dataCollectionRawData:
      'Events and masked states of interfaces, recorded in the browser or on the desktop of each person.',
    dataCollectionMissingData:
      `${counts.gaps.pictures} steps have no picture before them, ${counts.gaps.trees} no tree. Left out, rounded down to tens: ` +
      `${leftOut.length === 0 ? 'nothing by any rule' : leftOut.map(({ rule, count }) => `${count} by ${rule}`).join(', ')}.`,
    dataManipulationProtocol: HANDLED[level],
    personalSensitiveInformation: [
      `No names, accounts or ids of people. People: ${people}. Movement identifies people, so nothing here is anonymous.`,
      risk === null
        ? 'How well people can be told apart was not measured.'
        : `Attackers named the person of a task of 5 minutes in ${percent(risk.naming)} of cases, and told that two such tasks are of one ` +
          `person in ${percent(risk.linking)}. The report has the digest ${risk.report}.`,
    ],
    dataReleaseMaintenancePlan: [
      'A release is never changed. When somebody withdraws it is superseded, its holders are asked to delete it, and the next one is built without her.',
    ],
    dataLimitations: [
      'Whether a task worked is the word of the person who did it. Nobody else checked it.',
      'Only applications that an agreement names are in it, as the people of one organisation used them.',
    ],
    dataUseCases: [`For ${purpose}, and for nothing else.`],
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
