import { readFileSync } from 'node:fs';
import { PLAIN_USE } from '@aboveboard/consent/uses-entry';
import { TABLES } from '@aboveboard/dataset/export/parquet-columns';
import { TASK_TABLES } from '@aboveboard/dataset/export/task-columns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { StartedServer } from '../src/start.ts';
import { answersOf, fieldsOf, type Group, persons, suspects, tablesOf } from './figure-walk.ts';
import { DECLARED_FIGURES } from './figures-declared.ts';
import { clearFolders, startDemonstration } from './server.ts';

const golden = readFileSync(new URL('./schema.golden.sql', import.meta.url), 'utf8');
const exported: Group[] = Object.entries({ ...TABLES, ...TASK_TABLES }).map(([name, columns]) => ({
  place: `export ${name}`,
  fields: columns,
}));

/** Of each kind of act the fields of the entry around it too. */
function entries(): Group[] {
  const schema = z.toJSONSchema(PLAIN_USE) as Record<string, Record<string, unknown>>;
  const { act, ...rest } = schema['properties'] as Record<string, Record<string, unknown>>;
  const around = Object.entries(rest).flatMap(([name, value]) => fieldsOf(value, schema, name));
  const kinds = (act?.['oneOf'] ?? act?.['anyOf'] ?? []) as Record<
    string,
    Record<string, Record<string, unknown>>
  >[];
  return kinds.map((one) => ({
    place: `entry ${one['properties']?.['kind']?.['const']}`,
    fields: [...around, ...fieldsOf(one, schema)],
  }));
}

let server: StartedServer;
let document: Record<string, unknown>;
beforeAll(async () => {
  server = await startDemonstration();
  document = (await (await fetch(`${server.url}/openapi.json`)).json()) as Record<string, unknown>;
}, 120_000);
afterAll(async () => {
  await server?.stop();
  clearFolders();
});
const everything = () => [...tablesOf(golden), ...answersOf(document), ...exported, ...entries()];
const undeclared = (groups: readonly Group[]) =>
  suspects(groups).filter((one) => !Object.hasOwn(DECLARED_FIGURES, one));

describe('no figure of work about a person or a team', () => {
  it('[ACC60] each time and each number beside a person is declared, with why no figure of work follows', () => {
    expect(tablesOf(golden).length).toBeGreaterThan(30);
    expect(answersOf(document).length).toBeGreaterThan(50);
    expect(entries().length).toBeGreaterThan(10);
    expect(undeclared(everything())).toEqual([]);
  });

  it('[ACC60] nothing is declared that is not there any more, and each reason is a sentence', () => {
    const found = new Set(suspects(everything()));
    expect(Object.keys(DECLARED_FIGURES).filter((one) => !found.has(one))).toEqual([]);
    for (const reason of Object.values(DECLARED_FIGURES)) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });

  it('[ACC61] no export has a column about a person', () => {
    expect(persons(exported)).toEqual([]);
  });

  it('[ACC60] seeded hole: a column of events per hour beside a contributor', () => {
    const changed = golden.replace('table upload\n', 'table upload\n  events_per_hour integer not null\n');
    expect(undeclared(tablesOf(changed))).toEqual(['table upload: events_per_hour']);
    const table = 'table hours\n  contributor text not null\n  worked real not null';
    expect(undeclared(tablesOf(table))).toEqual(['table hours: worked']);
    expect(undeclared(tablesOf('table teams\n  name text\n  productivity text'))).toEqual([
      'table teams: productivity',
    ]);
  });

  it('[ACC60] seeded hole: a route that answers with counts for each contributor', () => {
    const answer = {
      type: 'object',
      properties: {
        rows: {
          type: 'array',
          items: {
            type: 'object',
            properties: { contributor: { type: 'string' }, recordings: { type: 'integer' } },
          },
        },
      },
    };
    const route = { get: { responses: { 200: { content: { 'application/json': { schema: answer } } } } } };
    expect(undeclared(answersOf({ paths: { '/api/activity': route } }))).toEqual([
      'GET /api/activity: rows.recordings',
    ]);
  });

  it('[ACC61] seeded hole: an export with a person’s id', () => {
    const seeded = [{ place: 'export tasks', fields: [{ name: 'account', type: 'STRING' }] }];
    expect(persons(seeded)).toEqual(['export tasks: account']);
  });

  it('[ACC60] seeded hole: an entry that counts what somebody did', () => {
    const seeded = entries().map(({ place, fields }) => ({
      place,
      fields: [...fields, { name: 'minutes', type: 'integer' }],
    }));
    expect(undeclared(seeded)).toContain('entry access: minutes');
  });
});
