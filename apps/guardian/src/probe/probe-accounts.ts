import { ROLES } from '@aboveboard/protocol/installation';
import { bearerCredential, type ProbeCredential } from '@aboveboard/protocol/outsider-probe';
import type { GuardianStore } from '../store.ts';
import type { ProbePasskey } from './probe-passkey.ts';
import {
  type AskedServer,
  openAccount,
  proofOf,
  type StaffSession,
  sessionHeaders,
  signIn,
} from './staff-session.ts';

/**
 * The probe's own accounts: one of each role, which passes no door (spec/identity.md, IDN70-IDN75). A contributor has no account
 * but a session, of a handle that nothing belongs to.
 */
export type ProbeAccount = { role: string; passkey: ProbePasskey } | { role: string; token: string };
export type KeptAccounts = {
  read(): ProbeAccount[];
  /** Also after each sign-in, for passkeys count. */
  write(accounts: readonly ProbeAccount[]): void;
};

/** In the guardian's store, where one statement is on disk when it has returned. */
export function keptInStore(store: GuardianStore): KeptAccounts {
  const read = store.prepare(`select value from setting where name = 'probe accounts'`);
  const write = store.prepare(
    `insert into setting (name, value) values ('probe accounts', ?)
     on conflict (name) do update set value = excluded.value`,
  );
  return {
    read() {
      const row = read.get() as { value: Uint8Array } | undefined;
      return row ? (JSON.parse(new TextDecoder().decode(row.value)) as ProbeAccount[]) : [];
    },
    write: (accounts) => void write.run(Buffer.from(JSON.stringify(accounts))),
  };
}

export const PROBE_ROLES: readonly string[] = ROLES;
export const KNOWN_PATH = '/api/staff/session';

/** What can be said to whoever brought the invitations. */
export class NotEnrolled extends Error {
  override readonly name = 'NotEnrolled';
}

/** Lines of a role and a code each, as "aboveboard staff invite --probe" prints them. Null: something else is there too. */
export function readInvitations(text: string): { role: string; code: string }[] | null {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const read = lines.map((line) => /^([a-z]+)\s+([0-9A-Za-z-]{16,40})$/.exec(line));
  const found = read.flatMap((one) => (one?.[1] && one[2] ? [{ role: one[1], code: one[2] }] : []));
  const isWhole =
    found.length === lines.length &&
    found.length > 0 &&
    found.every(({ role }) => PROBE_ROLES.includes(role)) &&
    new Set(found.map(({ role }) => role)).size === found.length;
  return isWhole ? found : null;
}

/**
 * Redeems invitations; what was redeemed is kept even where a later one fails. Throws NotEnrolled. One that is a person's is
 * not taken: the probe must hold nothing that opens.
 */
export async function enrolProbe(server: AskedServer, kept: KeptAccounts, text: string): Promise<string[]> {
  const invitations = readInvitations(text);
  if (!invitations)
    throw new NotEnrolled('These are not the lines that "aboveboard staff invite --probe" prints.');
  for (const { role, code } of invitations) {
    const account = await (role === 'contributor'
      ? redeemed(server, code)
      : opened(server, role, code)
    ).catch((cause) => {
      if (cause instanceof NotEnrolled) throw cause;
      throw new NotEnrolled(`The server did not take the invitation for the ${role}. Ask for new ones.`, {
        cause,
      });
    });
    kept.write([...kept.read().filter((one) => one.role !== role), account]);
  }
  return invitations.map(({ role }) => role);
}

async function redeemed({ ask }: AskedServer, code: string): Promise<ProbeAccount> {
  const answer = await ask({
    method: 'POST',
    path: '/api/session',
    headers: { 'content-type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify({ code })),
  });
  const { token, role, probe } = JSON.parse(answer.body) as {
    token?: string;
    role?: string;
    probe?: boolean;
  };
  if (answer.status !== 200 || token === undefined || role !== 'contributor') throw new Error('no session');
  if (probe !== true) throw notForProbe(role);
  return { role, token };
}

async function opened(server: AskedServer, role: string, code: string): Promise<ProbeAccount> {
  const { passkey, session } = await openAccount(server, code);
  const own = { method: 'GET', path: '/api/staff/account', body: null };
  const answer = await server.ask({
    ...own,
    headers: sessionHeaders(session.token, proofOf(session.key, server, own)),
  });
  const account = JSON.parse(answer.body) as { role?: string; probe?: boolean };
  if (answer.status !== 200 || account.role !== role) throw new Error('another account than was said');
  if (account.probe !== true) throw notForProbe(role);
  return { role, passkey };
}

function notForProbe(role: string): NotEnrolled {
  return new NotEnrolled(
    `The code for the ${role} was made for a person. It is used up and was not kept; the operator ends what it made.`,
  );
}

/** One account that signed in, or a contributor's session. */
export type Present = { credential: ProbeCredential; session: StaffSession | null };

/** Every account that can be had now; the others are not there, which whoever asked for all roles sees. */
export async function presentAccounts(server: AskedServer, kept: KeptAccounts): Promise<Present[]> {
  const present: Present[] = [];
  for (const account of kept.read()) {
    const { role } = account;
    if ('token' in account) {
      present.push({ credential: bearerCredential(role, account.token), session: null });
      continue;
    }
    const session = await signInWith(server, kept, account.passkey).catch(() => null);
    if (session) present.push({ credential: staffCredential(server, role, session), session });
  }
  return present;
}

/** Keeps what the passkey has counted to; what was enrolled meanwhile stays as it is. */
export async function signInWith(
  server: AskedServer,
  kept: KeptAccounts,
  passkey: ProbePasskey,
): Promise<StaffSession> {
  try {
    return await signIn(server, passkey);
  } finally {
    kept.write(
      kept
        .read()
        .map((one) => ('passkey' in one && one.passkey.id === passkey.id ? { ...one, passkey } : one)),
    );
  }
}

function staffCredential(server: AskedServer, role: string, session: StaffSession): ProbeCredential {
  return {
    ...{ role, probe: true, known: KNOWN_PATH },
    headers: async (request) => sessionHeaders(session.token, proofOf(session.key, server, request)),
  };
}
