import {
  type AccessQuestion,
  type AskedResource,
  accountUid,
  type Decide,
  PRINCIPAL_ROLES,
  type PrincipalRole,
} from './decision.ts';
import { GRANT_ACTIONS, INSTALLATION_ACTIONS } from './declared-actions.ts';

/**
 * Every role, every action, every state of what it is about, and what is decided (spec/access.md, ACC7): the table that
 * a person reads, docs/access-matrix.md. Two states of one thing are two rows if any policy could tell them apart.
 */
export type MatrixRow = { action: string; state: string; ask: (role: PrincipalRole) => AccessQuestion };

const ME = 'asker';
const OTHER = 'somebody-else';

export function matrixRows(): MatrixRow[] {
  return [...installationRows(), ...grantRows(), ...recordingRows(), ...accessRows()];
}

function installationRows(): MatrixRow[] {
  return INSTALLATION_ACTIONS.flatMap((action) =>
    [false, true].map((steppedUp) => ({
      action,
      state: steppedUp ? 'proved again just now' : 'signed in',
      ask: (role: PrincipalRole) =>
        question(role, action, { type: 'Installation', kind: 'production' }, steppedUp),
    })),
  );
}

function grantRows(): MatrixRow[] {
  return GRANT_ACTIONS.flatMap((action) =>
    (['waiting', 'holds', 'ended'] as const).flatMap((state) =>
      [ME, OTHER].flatMap((asker) =>
        [false, true].map((steppedUp) => ({
          action,
          state: `${state}, asked by ${asker === ME ? 'oneself' : 'another'}, ${steppedUp ? 'proved again' : 'signed in'}`,
          ask: (role: PrincipalRole) =>
            question(role, action, { type: 'Grant', id: 'a-grant', asker, state }, steppedUp),
        })),
      ),
    ),
  );
}

const GRANTS: readonly { name: string; grant: Record<string, unknown> | null }[] = [
  { name: 'no grant', grant: null },
  { name: 'own grant that holds', grant: {} },
  { name: 'own grant that does not hold', grant: { holds: false } },
  { name: 'own grant for another slice', grant: { covers: false } },
  { name: 'own grant for another reading', grant: { readings: ['rendering'] } },
  { name: "another's grant that holds", grant: { asker: { __entity: accountUid(OTHER) } } },
];

function recordingRows(): MatrixRow[] {
  const kinds = ['own', 'demonstration', 'foreign'].map((kind) => ({ kind, held: false }));
  return [...kinds, { kind: 'own', held: true }].flatMap(({ kind, held }) =>
    GRANTS.map(({ name, grant }) => ({
      action: 'open-recording',
      state: `${kind === 'own' ? 'released' : kind === 'foreign' ? 'imported' : 'sample'}${held ? ' and held' : ''}, ${name}`,
      ask: (role: PrincipalRole) => ({
        ...question(
          role,
          'open-recording',
          { type: 'Recording', id: 'a-recording', class: kind, held },
          false,
        ),
        context: {
          reading: 'dataset',
          ...(grant && {
            grant: {
              holds: true,
              covers: true,
              asker: { __entity: accountUid(ME) },
              readings: ['dataset'],
              ...grant,
            },
          }),
        },
      }),
    })),
  );
}

function accessRows(): MatrixRow[] {
  return [ME, OTHER].map((owner) => ({
    action: 'read-opened',
    state: owner === ME ? 'begun by oneself' : 'begun by another',
    ask: (role: PrincipalRole) =>
      question(role, 'read-opened', { type: 'Access', id: 'an-access', owner }, false),
  }));
}

function question(
  role: PrincipalRole,
  action: string,
  resource: AskedResource,
  steppedUp: boolean,
): AccessQuestion {
  return { principal: { role, id: ME, steppedUp }, action, resource };
}

const SHOWN: Readonly<Record<PrincipalRole, string>> = {
  nobody: 'nobody',
  contributor: 'contributor',
  researcher: 'researcher',
  operator: 'operator',
  representative: 'representative',
  dpo: 'officer',
  employer: 'employer',
  server: 'server',
};

/** The whole table as Markdown: one section an action, one row a state; rows that say the same are one. */
export function matrixDocument(decide: Decide): string {
  const lines = [...HEAD];
  const rows = matrixRows();
  for (const action of new Set(rows.map((row) => row.action))) {
    lines.push(
      '',
      `## ${action}`,
      '',
      `| state | ${PRINCIPAL_ROLES.map((role) => SHOWN[role]).join(' | ')} |`,
    );
    lines.push(`|---|${PRINCIPAL_ROLES.map(() => ':-:').join('|')}|`);
    const decided = rows
      .filter((row) => row.action === action)
      .map(({ state, ask }) => ({
        state,
        cells: PRINCIPAL_ROLES.map((role) => (decide(ask(role)).allowed ? 'yes' : '')).join(' | '),
      }));
    const whole = decided.every(({ cells }) => cells === decided[0]?.cells);
    for (const { state, cells } of whole ? [{ state: 'any', cells: decided[0]?.cells }] : decided) {
      lines.push(`| ${state} | ${cells} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const HEAD = [
  '# Who may do what',
  '',
  'Made from the policies in `apps/server/policies` by asking them: each role, each action, each state of what it is',
  'about. An empty cell is a no. A test asks again and compares; who changes a policy changes this table with it, where',
  'everybody sees it (`node apps/server/src/access/write-matrix.ts`). A contributor’s "own" is what her handle finds; for',
  'what is another’s the answer is the same as for what does not exist.',
];
