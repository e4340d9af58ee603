import { readdirSync, readFileSync } from 'node:fs';
import { ROLES } from '@aboveboard/protocol/installation';
import { STAFF_ROLES } from '@aboveboard/protocol/staff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccessQuestion, actionsOf, makeDecide, PRINCIPAL_ROLES } from '../src/access/decision.ts';
import { ACTIONS } from '../src/access/declared-actions.ts';
import { DECLARED_JOBS, type JobName } from '../src/access/declared-jobs.ts';
import { DECLARED_ROUTES, OPEN_ACTIONS } from '../src/access/declared-routes.ts';
import { JobRefused, makeMayRun } from '../src/access/job-permission.ts';
import { matrixDocument, matrixRows } from '../src/access/matrix.ts';
import { readPolicies, type ShippedPolicies, shippedDecide } from '../src/access/policies.ts';
import { policiesByAction } from '../src/access/policies-by-action.ts';

/** Sources in which something begins by a clock, and the job that it is. */
const CLOCKS: Readonly<Record<string, JobName>> = {
  'controls/guardian-watch.ts': 'controls',
  'start.ts': 'housekeeping',
  'logs/witnessing.ts': 'witnessing',
};
const shipped = readPolicies();
const decide = shippedDecide();
const changed = (change: (policies: ShippedPolicies) => ShippedPolicies) => {
  const { schema, files } = change(shipped);
  return () => makeDecide(schema, files);
};
const more = (text: string) =>
  changed(({ schema, files }) => ({ schema, files: [...files, { name: 'more.cedar', text }] }));
const replaced = (from: string, to: string) =>
  changed(({ schema, files }) => ({
    schema,
    files: files.map(({ name, text }) => ({ name, text: text.replaceAll(from, to) })),
  }));
const ask = (change: Partial<AccessQuestion> = {}): AccessQuestion => ({
  principal: { role: 'contributor', id: 'her', steppedUp: false },
  action: 'see-own',
  resource: { type: 'Installation', kind: 'production' },
  ...change,
});
const open = (grant: Record<string, unknown> | undefined, reading: unknown = 'dataset'): AccessQuestion => ({
  principal: { role: 'researcher', id: 'asker', steppedUp: false },
  action: 'open-recording',
  resource: { type: 'Recording', id: 'r', class: 'own', held: false },
  context: { reading, ...(grant && { grant }) },
});
const holding = {
  holds: true,
  covers: true,
  asker: { __entity: { type: 'Account', id: 'asker' } },
  readings: ['dataset'],
};

describe('the decision', () => {
  it('[ACC1, ACC2] allows what a policy permits to a role, says which, and nothing to nobody', () => {
    expect(decide(ask())).toEqual({ allowed: true, because: ['contributors-keep-what-is-theirs'] });
    for (const role of PRINCIPAL_ROLES.filter((one) => one !== 'contributor')) {
      expect(decide(ask({ principal: { role, id: 'x', steppedUp: true } })).allowed).toBe(false);
    }
    expect(decide(open(holding)).allowed).toBe(true);
  });

  it('[ACC1] denies whatever does not fit the schema, and never throws', () => {
    const strange: unknown[] = [
      ask({ action: 'delete-everything' }),
      ask({ action: 'toString' }),
      ask({ principal: { role: 'root' as 'operator', id: 'x', steppedUp: true } }),
      ask({ principal: { role: '__proto__' as 'operator', id: 'x', steppedUp: true } }),
      ask({ principal: { role: 'contributor', id: 'x', steppedUp: 'yes' as unknown as boolean } }),
      ask({ principal: undefined as unknown as AccessQuestion['principal'] }),
      ask({ resource: { type: 'Recording', id: 'r', class: 'own', held: false } }),
      ask({ resource: { type: 'Installation', kind: 5 as unknown as string } }),
      ask({ context: { more: true } }),
      open(holding, 5),
      open({ ...holding, holds: 'true' }),
      open({ ...holding, readings: 'dataset' }),
      open({ ...holding, asker: 'asker' }),
      open({ ...holding, more: 1 }),
      open({ holds: true, covers: true, readings: ['dataset'] }),
      null,
    ];
    for (const question of strange) {
      expect(decide(question as AccessQuestion)).toEqual({ allowed: false, because: [] });
    }
  });

  it('[ACC1] property: what is put into ids and kinds is never read as anything else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.constantFrom(...PRINCIPAL_ROLES), (id, kind, role) => {
        const question = ask({
          principal: { role, id, steppedUp: false },
          resource: { type: 'Installation', kind },
        });
        expect(decide(question).allowed).toBe(role === 'contributor');
        const opened = open({ ...holding, asker: { __entity: { type: 'Account', id } } });
        expect(decide(opened).allowed).toBe(id === 'asker');
      }),
    );
  });

  it('[ACC1] seeded hole: an error in one policy alone turns an allow into a deny', () => {
    // Cedar by itself skips a policy that meets an error: a forbid that overflows would forbid nothing.
    const text = `@id("overflows") forbid (principal, action == Action::"see-own", resource)
      when { 9223372036854775807 + (if principal.steppedUp then 1 else 0) == 0 };`;
    const made = more(text)();
    expect(made(ask()).allowed).toBe(true);
    const steppedUp = ask({ principal: { role: 'contributor', id: 'her', steppedUp: true } });
    expect(made(steppedUp)).toEqual({ allowed: false, because: [] });
  });

  it('[ACC3] a server does not start with policies that do not hold', () => {
    const bad = {
      'no policy': 'permit (principal, action,',
      'no name': 'permit (principal, action == Action::"see-own", resource);',
      "another's name":
        '@id("contributors-keep-what-is-theirs") permit (principal, action == Action::"see-own", resource);',
      'an unknown action': '@id("x") permit (principal, action == Action::"see-all", resource);',
      'an unknown attribute':
        '@id("x") permit (principal, action == Action::"see-own", resource) when { resource.owner == principal };',
      'an attribute that may be absent':
        '@id("x") permit (principal, action == Action::"open-recording", resource) when { context.grant.holds };',
      'what can never be': '@id("x") permit (principal, action == Action::"see-own", resource is Grant);',
      'a template': '@id("x") permit (principal == ?principal, action == Action::"see-own", resource);',
    };
    for (const [what, text] of Object.entries(bad)) expect(more(text), what).toThrow(/polic/);
    expect(changed(({ files }) => ({ schema: 'entity', files }))).toThrow(/polic/);
  });

  it('[ACC1] asks of each action the policies that speak about it, and decides as all of them would', () => {
    // A policy without an action in its head speaks about every one.
    const made = more('@id("closed") forbid (principal in Role::"operator", action, resource);')();
    const operator = ask({
      action: 'read-rules',
      principal: { role: 'operator', id: 'x', steppedUp: false },
    });
    expect(decide(operator).allowed).toBe(true);
    expect(made(operator)).toEqual({ allowed: false, because: ['closed'] });
    const listed = more(
      '@id("listed") forbid (principal, action in [Action::"read-rules", Action::"see-own"], resource);',
    )();
    expect(listed(operator).allowed).toBe(false);
    expect(listed(ask()).allowed).toBe(false);
    expect(listed(ask({ action: 'send-recording' })).allowed).toBe(true);
  });
});

describe('which policies are asked', () => {
  const named = (...ids: string[]) => ({ entities: ids.map((id) => ({ type: 'Action', id })) });
  const actions = { read: { memberOf: [{ id: 'whole' }] }, write: {}, whole: {} };

  it('[ACC8] those that name the action, and those that may speak about any', () => {
    const heads = [
      { id: 'one', action: { entity: { type: 'Action', id: 'read' } } },
      { id: 'escaped', action: { entity: { __entity: { type: 'Action', id: 'write' } } } },
      { id: 'two', action: named('read', 'write') },
      { id: 'all', action: {} },
      { id: 'empty', action: named() },
      { id: 'group', action: named('whole') },
      { id: 'group and one', action: named('write', 'whole') },
      { id: 'unknown', action: named('read', 'of-no-schema') },
    ];
    const any = ['all', 'empty', 'group', 'group and one', 'unknown'];
    expect(Object.fromEntries(policiesByAction(heads, actions))).toEqual({
      read: ['one', 'two', ...any],
      write: ['escaped', 'two', ...any],
      whole: any,
    });
  });

  it('[ACC1] seeded hole: a forbid of a group of actions forbids each of them', () => {
    const schema = `entity Role; entity Account in [Role] { steppedUp: Bool, probe: Bool }; entity Installation { kind: String };
      action "whole"; action "see-own" in ["whole"] appliesTo { principal: Account, resource: Installation };`;
    const files = [
      { name: 'a', text: '@id("all") permit (principal, action, resource);' },
      { name: 'b', text: '@id("none") forbid (principal, action in Action::"whole", resource);' },
    ];
    expect(makeDecide(schema, files.slice(0, 1))(ask()).allowed).toBe(true);
    expect(makeDecide(schema, files)(ask())).toEqual({ allowed: false, because: ['none'] });
  });

  it('[ACC1] what does not fit the schema is denied also where a policy asks for nothing', () => {
    const made = more('@id("careless") permit (principal, action == Action::"see-own", resource);')();
    expect(made(ask({ principal: { role: 'operator', id: 'x', steppedUp: false } })).allowed).toBe(true);
    const grant = { type: 'Grant', id: 'g', asker: 'her', state: 'holds' } as const;
    expect(made(ask({ resource: grant }))).toEqual({ allowed: false, because: [] });
  });

  it('[ACC3] a schema that draws a warning of its own is none', () => {
    const drawn = changed(({ schema, files }) => ({ schema: `${schema}\nentity ipaddr;`, files }));
    expect(drawn).toThrow(/shadows/);
  });
});

describe('what is declared', () => {
  it('[ACC4] the same actions in the schema and in the code', () => {
    expect(actionsOf(shipped.schema).sort()).toEqual([...ACTIONS].sort());
    const used: string[] = [
      ...Object.values(DECLARED_ROUTES),
      ...Object.values(DECLARED_JOBS).map(({ action }) => action),
    ];
    for (const action of used) expect(ACTIONS).toContain(action);
  });

  it('[ACC5] every job asks before it runs, and nothing runs by itself that is no job', () => {
    const src = new URL('../src/', import.meta.url);
    const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({ name, text: readFileSync(new URL(name, src), 'utf8') }));
    const asked = sources.flatMap(({ text }) =>
      [...text.matchAll(/mayRun\('(\w+)'\)/g)].map(([, job]) => job),
    );
    expect(asked.sort()).toEqual(Object.keys(DECLARED_JOBS).sort());
    // Whoever lets something begin by a clock says here which job it is.
    const clocks = sources.filter(({ text }) => /setInterval\(|timer = setTimeout\(/.test(text));
    expect(clocks.map(({ name }) => name).sort()).toEqual(Object.keys(CLOCKS).sort());
    for (const job of Object.values(CLOCKS)) expect(asked).toContain(job);
  });

  it('[ACC5] seeded hole: a job that the policies do not permit does not run', () => {
    const mayRun = makeMayRun({ decide, kind: 'production' });
    for (const job of Object.keys(DECLARED_JOBS) as JobName[]) expect(() => mayRun(job)).not.toThrow();
    const made = replaced('Action::"verify-upload", Action::"keep-house"', 'Action::"keep-house"');
    const less = makeMayRun({ decide: made(), kind: 'production' });
    expect(() => less('housekeeping')).not.toThrow();
    expect(() => less('completion')).toThrow(JobRefused);
  });

  it('[ACC7] every role, action and state is in the table that people read, as it is decided', () => {
    const path = new URL('../../../docs/access-matrix.md', import.meta.url);
    expect(matrixDocument(decide)).toBe(readFileSync(path, 'utf8'));
    expect(new Set(matrixRows().map(({ action }) => action))).toEqual(new Set(ACTIONS));
  });

  it('[ACC7] seeded hole: a swapped role, a dropped condition, an open action change the table', () => {
    const table = matrixDocument(decide);
    for (const made of [
      replaced('principal in Role::"researcher"', 'principal in Role::"operator"'),
      replaced('principal.steppedUp &&', ''),
      replaced('context.grant.asker == principal &&', ''),
      replaced('resource.asker == principal && ', ''),
      more('@id("x") permit (principal, action == Action::"enter-rules", resource);'),
    ]) {
      expect(matrixDocument(made())).not.toBe(table);
    }
  });

  it('[ACC72, IDN71] an account of the probe sees what is its own, whatever its role, and does nothing', () => {
    const passing = (by: typeof decide) => {
      const passed = matrixRows().flatMap(({ action, ask }) =>
        ROLES.filter((role) => {
          const question = ask(role);
          return by({ ...question, principal: { ...question.principal, probe: true } }).allowed;
        }).map((role) => `${role} ${action}`),
      );
      return [...new Set(passed)].filter((one) => !OPEN_ACTIONS.has(one.split(' ')[1] as never)).sort();
    };
    const own = [
      ...STAFF_ROLES.map((role) => `${role} keep-own-account`),
      'contributor see-own',
      ...['see-grants', 'see-grant', 'read-opened'].map((action) => `researcher ${action}`),
    ];
    expect(passing(decide)).toEqual(own.sort());
    // Seeded holes: a forbid that forbids nothing, and one that leaves out a role.
    for (const made of [
      replaced('when { principal.probe }', 'when { principal.probe && !principal.probe }'),
      replaced('when { principal.probe }', 'when { principal.probe && !(principal in Role::"employer") }'),
    ])
      expect(passing(made())).not.toEqual(own.sort());
  });

  it('[ACC14] seeded hole: a careless permit opens nothing that was released without a grant', () => {
    const made = more('@id("careless") permit (principal, action == Action::"open-recording", resource);')();
    expect(made(open(undefined)).allowed).toBe(false);
    expect(made(open({ ...holding, holds: false })).allowed).toBe(false);
    expect(made(open({ ...holding, covers: false })).allowed).toBe(false);
  });

  it('[ACC11] nobody approves what he asked for, whatever else is permitted', () => {
    const made = more('@id("careless") permit (principal, action == Action::"approve-grant", resource);')();
    const approve = (asker: string): AccessQuestion => ({
      principal: { role: 'representative', id: 'me', steppedUp: true },
      action: 'approve-grant',
      resource: { type: 'Grant', id: 'g', asker, state: 'waiting' },
    });
    expect(made(approve('me')).allowed).toBe(false);
    expect(made(approve('another')).allowed).toBe(true);
  });
});
