import { controlOf, MOST_SCENARIOS, type Plan } from './draft.ts';
import { allFields, type FieldId } from './fields.ts';
import { ownOfPlan } from './own-catalogue.ts';

/**
 * The plan as it stands in the form, letter by letter, in the tab's own storage: a reload brings it back, and the
 * end of the tab ends it. It is on this device only; nothing reads it but this page.
 */
const NAME = 'aboveboard-plan';
type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `of`: the fragment of the address then, since a link that was opened and changed is not opened again. */
export type Kept = { plan: Plan; of: string };

/** False: the browser keeps nothing here (full, or forbidden). */
export function keepPlan(kept: Kept, storage: () => Storage = () => sessionStorage): boolean {
  try {
    storage().setItem(NAME, JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

/** What an older version of the page wrote is read as far as it can be. */
export function keptPlan(storage: () => Storage = () => sessionStorage): Kept | null {
  try {
    const given: unknown = JSON.parse(storage().getItem(NAME) ?? 'null');
    if (!isTree(given) || !isTree(given['plan'])) return null;
    const { scenarios, control, own } = given['plan'];
    const drafts = (Array.isArray(scenarios) ? scenarios : []).filter(isTree).slice(0, MOST_SCENARIOS);
    if (drafts.length === 0) return null;
    return {
      of: String(given['of'] ?? ''),
      plan: {
        scenarios: drafts.map(({ written, rest }) => ({
          written: writtenOf(written),
          rest: isTree(rest) ? rest : {},
        })),
        control: controlOf(control),
        own: ownOfPlan(own).own,
      },
    };
  } catch {
    return null;
  }
}

function writtenOf(given: unknown): Partial<Record<FieldId, string>> {
  if (!isTree(given)) return {};
  return Object.fromEntries(
    allFields.flatMap((id) => (typeof given[id] === 'string' ? [[id, given[id].slice(0, 200)]] : [])),
  );
}
