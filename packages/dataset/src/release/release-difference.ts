import type { ReleaseManifest } from './release-manifest.ts';

/** What a person compares two releases by. Tasks can't be compared: each release has ids of its own (REL3). */
export type ReleaseDifference = { what: string; before: string; after: string };

export function releaseDifference(before: ReleaseManifest, after: ReleaseManifest): ReleaseDifference[] {
  const [a, b] = [saidOf(before), saidOf(after)];
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((what) => {
    const [was, is] = [a.get(what) ?? 'none', b.get(what) ?? 'none'];
    return was === is ? [] : [{ what, before: was, after: is }];
  });
}

function saidOf(manifest: ReleaseManifest): Map<string, string> {
  const { counts, cohort, risk, tasks } = manifest;
  const bytes = tasks.reduce((sum, { shards }) => sum + shards.reduce((all, one) => all + one.bytes, 0), 0);
  const held = (split: 'person' | 'application' | 'template') =>
    String(tasks.filter(({ splits }) => splits[split] === 'test').length);
  return new Map<string, string>([
    ['name', manifest.name],
    ['version', String(manifest.version)],
    ['level', manifest.level],
    ['purpose', manifest.purpose],
    ['software', `${manifest.software.name} ${manifest.software.version}`],
    ['tasks', String(counts.tasks)],
    ['steps', String(counts.steps)],
    ['drawn by', manifest.drawnBy ?? 'nothing'],
    ['trees', String(counts.trees)],
    ['pictures', String(counts.pictures)],
    ['kept points', String(counts.keptPoints)],
    ['bytes', String(bytes)],
    ['people', `at least ${cohort.people}`],
    ['held out by person', held('person')],
    ['held out by application', held('application')],
    ['held out by template', held('template')],
    ['naming', risk ? String(risk.naming) : 'not measured'],
    ['linking', risk ? String(risk.linking) : 'not measured'],
    ...manifest.agreements.map(({ id, version, digest }): [string, string] => [
      `agreement ${id} ${version}`,
      digest,
    ]),
    ...manifest.leftOut.map(({ rule, count }): [string, string] => [`left out by ${rule}`, String(count)]),
  ]);
}
