import { createHash } from 'node:crypto';
import { DECLARED_TABLES, type DeclaredTable } from '../access/declared-tables.ts';
import { CONTRIBUTOR_SETTING, type Query } from './database.ts';

/**
 * The second wall under the policies (spec/access.md, ACC30-ACC31): the server's connections are of a role that owns
 * nothing, and row-level security is forced on each declared table. A record can be read and added to, and no more. In
 * a contributor's own transaction (`asContributor`) her rows are all that there is. A table that nobody declared can
 * not even be read.
 */
export const SERVER_ROLE = 'aboveboard_server';
const WALL_LOCK = 4_870_002;

/** Run by the owner in a transaction, after the migrations; does nothing where the walls stand as they should. */
export async function raiseWalls(
  query: Query,
  tables: Readonly<Record<string, DeclaredTable>> = DECLARED_TABLES,
): Promise<void> {
  const statements = Object.entries(tables).flatMap(([name, table]) => wallOf(name, table));
  const mark = `walls ${createHash('sha256').update(statements.join('\n')).digest('hex')}`;
  await query('select pg_advisory_xact_lock($1)', [WALL_LOCK]);
  const [role] = await query<{ mark: string | null }>(
    `select obj_description(n.oid, 'pg_namespace') as mark from pg_namespace n
     where n.nspname = 'public' and exists (select 1 from pg_roles where rolname = $1)`,
    [SERVER_ROLE],
  );
  if (role?.mark === mark) return;
  if (!role) await query(`create role ${SERVER_ROLE} nologin`);
  // Whoever owns the tables has to be a member to take the role on. One who is may not be allowed to say so once more.
  const [self] = await query<{ may: boolean }>('select pg_has_role(current_user, $1, $2) as may', [
    SERVER_ROLE,
    'SET',
  ]);
  await query(
    [
      ...(self?.may ? [] : [`grant ${SERVER_ROLE} to current_user`]),
      `grant usage on schema public to ${SERVER_ROLE}`,
      `revoke all on all tables in schema public from ${SERVER_ROLE}`,
      ...statements,
      `comment on schema public is '${mark}'`,
    ].join(';\n'),
  );
}

function wallOf(name: string, { onlyGrows }: DeclaredTable): string[] {
  const scope = SCOPES[name] ?? 'true';
  const policy = (action: string, rest: string) => [
    `drop policy if exists ${name}_${action} on ${name}`,
    `create policy ${name}_${action} on ${name} for ${action} to ${SERVER_ROLE} ${rest}`,
  ];
  const statements = [
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
    `grant select, insert${onlyGrows ? '' : ', update, delete'} on ${name} to ${SERVER_ROLE}`,
    ...policy('select', `using (${scope})`),
    ...policy('insert', `with check (${scope})`),
  ];
  if (onlyGrows) return statements;
  return [
    ...statements,
    ...policy('update', `using (${scope}) with check (${scope})`),
    ...policy('delete', `using (${scope})`),
  ];
}

const ASKED = `coalesce(current_setting('${CONTRIBUTOR_SETTING}', true), '')`;
const HERS = (upload: string) =>
  `${ASKED} = '' or exists (select 1 from upload u where u.id = ${upload} and u.contributor = ${ASKED})`;
const HERS_BY_ID = (recording: string) =>
  `${ASKED} = '' or exists (select 1 from recording r join upload u on u.id = r.upload where r.id = ${recording} and u.contributor = ${ASKED})`;
/** What is a contributor's, in a transaction of hers. */
const SCOPES: Readonly<Record<string, string>> = {
  upload: `${ASKED} in ('', contributor)`,
  part: HERS('part.upload'),
  recording: HERS('recording.upload'),
  release_recording: HERS_BY_ID('release_recording.recording'),
  release_build_recording: HERS_BY_ID('release_build_recording.recording'),
  left_out_recording: HERS_BY_ID('left_out_recording.recording'),
  withdrawn_from: `${ASKED} in ('', contributor)`,
};

/** Tables that no wall stands before. */
export async function tablesWithoutWall(query: Query): Promise<string[]> {
  const rows = await query<{ name: string }>(`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    where c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity
      and exists (select 1 from pg_policy p where p.polrelid = c.oid))
    order by 1`);
  return rows.map(({ name }) => name);
}
