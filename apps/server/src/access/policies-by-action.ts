/**
 * Under each action the policies that can speak about it: what costs time is their number (ACC8). One is left out only where
 * its head names other actions and nothing else; a name that other actions are members of stands for those as well.
 */
export type PolicyHead = { id: string; action: ActionHead };
type Named = { type: string; id: string } | { __entity: { type: string; id: string } };
type ActionHead = { entity?: Named; entities?: readonly Named[] };
export type SchemaActions = Readonly<Record<string, { memberOf?: readonly { id: string }[] }>>;

export function policiesByAction(
  heads: readonly PolicyHead[],
  actions: SchemaActions,
): Map<string, string[]> {
  const groups = new Set(Object.values(actions).flatMap(({ memberOf = [] }) => memberOf.map(({ id }) => id)));
  const single = new Set(Object.keys(actions).filter((name) => !groups.has(name)));
  const named = heads.map(({ id, action }) => ({ id, names: namedActions(action, single) }));
  return new Map(
    Object.keys(actions).map((action) => [
      action,
      named.filter(({ names }) => names === null || names.includes(action)).map(({ id }) => id),
    ]),
  );
}

/** Null: it may speak about any. */
function namedActions({ entity, entities }: ActionHead, single: ReadonlySet<string>): string[] | null {
  const named = entities ?? (entity ? [entity] : []);
  const ids = named.map((one) => ('__entity' in one ? one.__entity.id : one.id));
  return ids.length > 0 && ids.every((id) => single.has(id)) ? ids : null;
}
