import type { Candidate } from './candidate.ts';
import type { ReleaseSecret } from './release-secret.ts';

/** On which side of each split a task is; null: that split was not made (REL21). */
export type TaskSplits = {
  person: 'train' | 'test' | null;
  application: 'train' | 'test' | null;
  template: 'train' | 'test' | null;
};

/** About every fifth is held out. */
const HELD = 0.2;

/**
 * Splits are made where the names of people are, so that a test of people who were never seen needs no names (REL20). A side of
 * the split by person has at least `least` people: "these tasks are of one person" is not said.
 */
export async function splitTasks(
  tasks: readonly Candidate[],
  secret: ReleaseSecret,
  least: number,
): Promise<(task: Candidate) => TaskSplits> {
  const people = await drawnOrder('person', new Set(tasks.map(({ person }) => person)), secret);
  const held = Math.max(least, Math.round(people.length * HELD));
  const heldPeople = people.length - held >= least ? new Set(people.slice(0, held)) : null;
  const heldApplications = await heldOut(
    'application',
    new Set(tasks.flatMap((t) => t.applications)),
    secret,
  );
  const heldTemplates = await heldOut('template', new Set(tasks.map(templateOf)), secret);
  const side = (isHeld: boolean) => (isHeld ? 'test' : 'train');
  return (task) => ({
    person: heldPeople && side(heldPeople.has(task.person)),
    application: heldApplications && side(task.applications.some((one) => heldApplications.has(one))),
    template: heldTemplates && side(heldTemplates.has(templateOf(task))),
  });
}

/** Tasks in people's own words are one template. */
export function templateOf({ template }: Pick<Candidate, 'template'>): string {
  return template ?? '';
}

async function heldOut(
  what: string,
  names: ReadonlySet<string>,
  secret: ReleaseSecret,
): Promise<Set<string> | null> {
  if (names.size < 2) return null;
  const order = await drawnOrder(what, names, secret);
  return new Set(order.slice(0, Math.max(1, Math.round(order.length * HELD))));
}

async function drawnOrder(
  what: string,
  names: ReadonlySet<string>,
  secret: ReleaseSecret,
): Promise<string[]> {
  const drawn = await Promise.all(
    [...names].map(async (name) => ({ name, at: await secret.hex(`split by ${what}`, name) })),
  );
  return drawn.sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ name }) => name);
}
