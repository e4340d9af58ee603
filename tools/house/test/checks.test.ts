import { describe, expect, it } from 'vitest';
import { ambientFindings } from '../ambient-rules.ts';
import { CHECKS } from '../checks.ts';
import { decided, declared, exact, platforms } from '../dependency-rules.ts';
import { barrels, circles, directions, freeOfIo, readable } from '../import-rules.ts';
import { lengthFindings } from '../length-rules.ts';
import { names } from '../name-rules.ts';
import type { Check, Repository } from '../repository.ts';
import { faults, quoted, unique } from '../spec-rules.ts';
import { tables } from '../table-rules.ts';
import { traces } from '../trace-rules.ts';

/** A made-up repository of the files given. */
const repo = (files: Record<string, string>): Repository => new Map(Object.entries(files));
const places = (check: Check, files: Record<string, string>) => check.run(repo(files)).map(({ at }) => at);

/** Each hole that a check exists for, seeded alone into a house that is otherwise in order. */
const SEEDED: [Check, string, Record<string, string>, string][] = [
  [
    tables,
    'a second writer of CSV',
    { 'apps/web/src/a.ts': "saveFile('tasks.csv', rows);" },
    'apps/web/src/a.ts',
  ],
  [
    directions,
    'a package that points up',
    { 'packages/protocol/src/a.ts': "import '@aboveboard/consent/gate';" },
    'packages/protocol/src/a.ts:1',
  ],
  [
    directions,
    'an upward type',
    { 'packages/vault/src/a.ts': "\nimport type { X } from '@aboveboard/protocol/part';" },
    'packages/vault/src/a.ts:2',
  ],
  [
    directions,
    'an upward import when it runs',
    { 'packages/tlog/src/a.ts': "await import('@aboveboard/protocol/part');" },
    'packages/tlog/src/a.ts:1',
  ],
  [
    directions,
    'an app that imports an app',
    { 'apps/server/src/a.ts': "import '@aboveboard/web/page';" },
    'apps/server/src/a.ts:1',
  ],
  [
    directions,
    'a relative path into another workspace',
    { 'packages/capture/src/a.ts': "import '../../redact/src/masker.ts';" },
    'packages/capture/src/a.ts:1',
  ],
  [
    directions,
    'a file of a room of which another is allowed',
    { 'apps/extension/src/a.ts': "import '@aboveboard/dataset/parquet';" },
    'apps/extension/src/a.ts:1',
  ],
  [
    directions,
    'a test that reaches into the source of another room',
    { 'apps/server/test/a.test.ts': "import '../../../packages/vault/src/keyring.ts';" },
    'apps/server/test/a.test.ts:1',
  ],
  [
    directions,
    'capture outside of /try',
    { 'apps/web/src/pages/home.tsx': "import '@aboveboard/capture/session';" },
    'apps/web/src/pages/home.tsx:1',
  ],
  [
    directions,
    'a workspace that nobody placed',
    { 'packages/attic/src/a.ts': "import './b.ts';" },
    'packages/attic',
  ],
  [
    circles,
    'a circle of two',
    { 'packages/tlog/src/a.ts': "import './b.ts';", 'packages/tlog/src/b.ts': "import './a.ts';" },
    'packages/tlog/src/a.ts',
  ],
  [
    circles,
    'a circle of types',
    {
      'packages/tlog/src/a.ts': "import type { B } from './b.ts';",
      'packages/tlog/src/b.ts': "import type { A } from './a.ts';",
    },
    'packages/tlog/src/a.ts',
  ],
  [
    circles,
    'a circle by package names',
    {
      'packages/consent/src/a.ts': "import '@aboveboard/protocol/b';",
      'packages/protocol/src/b.ts': "import '@aboveboard/consent/a';",
    },
    'packages/consent/src/a.ts',
  ],
  [
    circles,
    'a file that imports itself',
    { 'packages/tlog/src/a.ts': "import './a.ts';" },
    'packages/tlog/src/a.ts',
  ],
  [
    freeOfIo,
    'a builtin module',
    { 'packages/tlog/src/a.ts': "import { readFile } from 'node:fs/promises';" },
    'packages/tlog/src/a.ts:1',
  ],
  [
    freeOfIo,
    'a builtin module by its old name',
    { 'packages/tlog/src/a.ts': "import net from 'net';" },
    'packages/tlog/src/a.ts:1',
  ],
  [freeOfIo, 'a database', { 'packages/tlog/src/a.ts': "import pg from 'pg';" }, 'packages/tlog/src/a.ts:1'],
  [
    barrels,
    'export all',
    { 'packages/tlog/src/a.ts': "export * from './b.ts';" },
    'packages/tlog/src/a.ts:1',
  ],
  [
    barrels,
    'export all as a name',
    { 'packages/tlog/src/a.ts': "export * as b from './b.ts';" },
    'packages/tlog/src/a.ts:1',
  ],
  [
    barrels,
    'an index that hands on',
    { 'packages/tlog/src/index.ts': "export { b } from './b.ts';" },
    'packages/tlog/src/index.ts:1',
  ],
  [names, 'a folder of everything', { 'packages/tlog/src/utils/bytes.ts': '' }, 'packages/tlog/src/utils'],
  [names, 'a file of everything', { 'apps/web/src/helpers.ts': '' }, 'apps/web/src/helpers.ts'],
  [
    names,
    'a file of everything, in a test',
    { 'packages/tlog/test/common.test.ts': '' },
    'packages/tlog/test/common.test.ts',
  ],
  [
    decided,
    'a dependency without a record',
    {
      'packages/tlog/package.json': '{"dependencies":{"left-pad":"1.0.0"}}',
      'docs/adr/0001-x.md': 'We use `right-pad`, not left-pad.',
    },
    'packages/tlog/package.json',
  ],
  [
    exact,
    'a caret',
    { 'packages/tlog/package.json': '{"dependencies":{"a":"^1.0.0"}}' },
    'packages/tlog/package.json',
  ],
  [exact, 'a tag, in the tools', { 'package.json': '{"devDependencies":{"a":"latest"}}' }, 'package.json'],
  [exact, 'a path', { 'package.json': '{"dependencies":{"a":"file:../a"}}' }, 'package.json'],
  [
    declared,
    'an import that only the root declares',
    { 'packages/tlog/src/a.ts': "import 'zod';", 'packages/tlog/package.json': '{}' },
    'packages/tlog/src/a.ts:1',
  ],
  [
    platforms,
    'a lockfile that leaves a platform out',
    {
      'package-lock.json':
        '{"packages":{"node_modules/a":{"optionalDependencies":{"a-darwin-x64":"1.0.0"}}}}',
    },
    'package-lock.json',
  ],
  [unique, 'a rule twice in one spec', { 'spec/log.md': '- **LOG1** a\n- **LOG1** b\n' }, 'spec/log.md'],
  [
    unique,
    'a rule in two specs',
    { 'spec/a.md': '- **LOG1** a\n', 'spec/b.md': '**LOG1.** b\n' },
    'spec/b.md',
  ],
  [
    quoted,
    'a rule that does not exist',
    { 'spec/log.md': '- **LOG1** a\n', 'packages/tlog/test/a.test.ts': "it('[LOG2] holds', () => {});" },
    'packages/tlog/test/a.test.ts:1',
  ],
  [
    quoted,
    'the second of two',
    {
      'spec/log.md': '- **LOG1** a\n',
      'packages/tlog/test/a-contract.ts': "it('[LOG1] [LOG3] holds', () => {});",
    },
    'packages/tlog/test/a-contract.ts:1',
  ],
  [
    faults,
    'a fault that names no rule',
    { 'spec/log.md': '- **LOG1** a\n', 'packages/tlog/src/a.ts': "\nconst fault = { rule: 'LOG7' };" },
    'packages/tlog/src/a.ts:2',
  ],
  [traces, 'a path of this machine', { 'docs/x.md': 'see /work/main/docs' }, 'docs/x.md:1'],
  [traces, "a registry's host", { 'README.md': 'from https://nexus.works.example/npm' }, 'README.md:1'],
  [
    readable,
    'a file that does not parse',
    { 'packages/tlog/src/a.ts': 'const = 1;' },
    'packages/tlog/src/a.ts',
  ],
];

describe('house checks', () => {
  it.each(SEEDED.map(([check, hole, files, at]) => [check.name, hole, check, files, at] as const))(
    '%s: finds %s',
    (_, __, check, files, at) => {
      expect(places(check, files)).toContain(at);
    },
  );

  it('find nothing in a house that is in order', () => {
    const files = {
      'package.json': '{"dependencies":{"node":"24.21.0"},"devDependencies":{"vitest":"5.1.1"}}',
      'docs/adr/0001-dependencies.md': '`node` and `zod`, because.',
      'spec/log.md': '# Log\n\n- **LOG1** One. See **LOG2**.\n- **LOG2** Two, as LOG1.\n',
      'packages/protocol/src/part.ts': 'export type Part = number;',
      'packages/consent/package.json': '{"dependencies":{"zod":"4.6.7","@aboveboard/protocol":"0.1.0"}}',
      'packages/consent/src/gate.ts':
        "import { z } from 'zod';\nimport type { Part } from '@aboveboard/protocol/part';\nexport const rule: Part = z('LOG2');",
      'packages/consent/test/gate.test.ts':
        "import { readFileSync } from 'node:fs';\nimport '../src/gate.ts';\nimport '../../protocol/test/part-contract.ts';\nit('[LOG1] reads', () => readFileSync);\nit.each([])('[LOG1, LOG2] %s', () => Date.now());",
      'packages/protocol/test/part-contract.ts': 'export const a = 1;',
      'apps/web/src/try/session.tsx':
        "import type { R } from '@aboveboard/capture/recorder';\nexport const r: R = 1;",
      'apps/web/package.json': '{"dependencies":{"@aboveboard/capture":"0.1.0"}}',
      'tools/x.ts': "import '../packages/protocol/src/part.ts';",
    };
    for (const check of CHECKS) {
      const unseeded = check
        .run(repo(files))
        .filter(({ message }) => !/that nothing uses|and is not/.test(message));
      expect({ check: check.name, findings: unseeded }).toEqual({ check: check.name, findings: [] });
    }
  });
});

describe('nothing ambient in packages', () => {
  const found = (code: string) =>
    ambientFindings(repo({ 'packages/tlog/src/a.ts': code }), []).map(
      ({ message }) => /uses (\S+):/.exec(message)?.[1],
    );

  it.each([
    ['Date.now()', 'Date.now'],
    ['new Date()', 'Date.new'],
    ['Math.random()', 'Math.random'],
    ['performance.now()', 'performance.now'],
    ['const f = fetch;', 'fetch'],
    ['globalThis.fetch()', 'globalThis.fetch'],
    ['crypto.getRandomValues(x)', 'crypto.getRandomValues'],
    ['const { subtle } = crypto;', 'crypto'],
    ['export const make = (random = Math.random) => random();', 'Math.random'],
    ['const a = { fetch };', 'fetch'],
    ['(document as Document).body', 'document'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code that is checked.
    ['`${Date.now()}`', 'Date.now'],
    ['class A { at = Date.now(); }', 'Date.now'],
    ['localStorage.x = 1;', 'localStorage.x'],
  ])('finds %s', (code, name) => {
    expect(found(code)).toContain(name);
  });

  it.each([
    'const make = (fetch: () => void) => fetch();',
    'const read = ({ document }: { document: Document }) => document.body;',
    'type A = { fetch: typeof fetch; crypto: Crypto };',
    'const a = { fetch: 1, crypto: 2 }; a.fetch;',
    'clock.Date.now(); new Date(5); Date.parse(x); performance.mark;',
    'function document() {} document();',
    'try { f(); } catch (window) { throw window; }',
    'for (const process of list) process.end();',
  ])('leaves alone: %s', (code) => {
    expect(found(code)).toEqual([]);
  });

  it('takes an allowance for its file and name, and finds one that nothing uses', () => {
    const files = repo({ 'packages/tlog/src/a.ts': 'Date.now(); fetch(x);' });
    const allowance = { file: 'packages/tlog/src/a.ts', name: 'Date.now', reason: 'test' };
    expect(ambientFindings(files, [allowance]).map(({ message }) => message)).toEqual([
      expect.stringContaining('fetch'),
    ]);
    const stale = { ...allowance, name: 'indexedDB' };
    expect(ambientFindings(repo({}), [stale])[0]?.message).toMatch(/nothing uses/);
  });

  it('leaves tests and apps alone', () => {
    const files = repo({ 'packages/tlog/test/a.test.ts': 'Date.now()', 'apps/web/src/a.ts': 'Date.now()' });
    expect(ambientFindings(files, [])).toEqual([]);
  });
});

describe('file lengths', () => {
  const file = (lines: number) => repo({ 'packages/tlog/src/a.ts': 'x\n'.repeat(lines) });

  it('finds a long file without a reason, and one that no reason helps', () => {
    expect(lengthFindings(file(450), {})).toEqual([]);
    expect(lengthFindings(file(451), {})).toHaveLength(1);
    expect(lengthFindings(file(451), { 'packages/tlog/src/a.ts': 'one table' })).toEqual([]);
    expect(lengthFindings(file(701), { 'packages/tlog/src/a.ts': 'one table' })).toHaveLength(1);
  });

  it('finds a reason that is not needed any more', () => {
    expect(lengthFindings(file(10), { 'packages/tlog/src/a.ts': 'one table' })).toHaveLength(1);
  });

  it('does not count sentences, vectors and what a program wrote', () => {
    const path = ['packages/tlog/src/messages/en.ts', 'packages/tlog/src/generated/table.ts'];
    for (const one of path) expect(lengthFindings(repo({ [one]: 'x\n'.repeat(2000) }), {})).toEqual([]);
  });
});
