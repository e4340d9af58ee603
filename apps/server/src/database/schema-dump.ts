import type { Database } from './database.ts';

/**
 * The schema as text, read from the catalog: what the migrations really made, for the golden file. Sorted by
 * name, so that two ways to the same schema give the same text.
 */
export async function dumpSchema(database: Database): Promise<string> {
  const lines: string[] = [];
  const columns = await database.query<{ table: string; column: string; type: string; extra: string }>(`
    select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
      concat(case when a.attnotnull then ' not null' end,
             case when a.attidentity <> '' then ' generated always as identity' end,
             ' default ' || pg_get_expr(d.adbin, d.adrelid)) as extra
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attnum > 0 and not a.attisdropped
    order by c.relname collate "C", a.attnum`);
  let table = '';
  for (const row of columns) {
    if (row.table !== table) lines.push('', `table ${row.table}`);
    table = row.table;
    lines.push(`  ${row.column} ${row.type}${row.extra}`);
  }
  const rest = await database.query<{ line: string }>(`
    select 'constraint ' || conrelid::regclass || ' ' || conname || ': ' || pg_get_constraintdef(oid) as line
      from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
    union all
    select indexdef from pg_indexes where schemaname = 'public'
    union all
    select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all
    select 'function ' || oid::regprocedure || E'\\n' || btrim(prosrc)
      from pg_proc where pronamespace = 'public'::regnamespace
    union all
    select 'option ' || oid::regclass || ' ' || array_to_string(reloptions, ' ')
      from pg_class where relnamespace = 'public'::regnamespace and reloptions is not null
    order by 1`);
  lines.push('', ...rest.map((row) => row.line).sort());
  return `${lines.join('\n').trim()}\n`;
}
