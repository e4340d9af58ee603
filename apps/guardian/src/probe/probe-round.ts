import { randomBytes } from 'node:crypto';
import {
  bothReports,
  type ProbeAttempt,
  type ProbeReport,
  probeAsOutsider,
  tryAttempts,
} from '@aboveboard/protocol/outsider-probe';
import { type KeptAccounts, presentAccounts } from './probe-accounts.ts';
import type { AskedServer } from './staff-session.ts';
import type { WrongSessions } from './wrong-sessions.ts';

/** Every door once: as nobody, as each account that there is, and with its sessions used as they may not be (ACC40-ACC44, ACC70-ACC74). */
export async function tryDoors(parts: {
  server: AskedServer;
  accounts: KeptAccounts;
  wrong: WrongSessions;
  /** Roles that have to be among the accounts. */
  roles: readonly string[];
  /** Ids of grants of others. */
  grants: readonly string[];
}): Promise<ProbeReport> {
  const { server, accounts, wrong, roles, grants } = parts;
  const { ask } = server;

  /** Where what has to come first did not come about, nothing is known of what was to be tried (T14). */
  async function triedFrom(attempts: Promise<ProbeAttempt[]>): Promise<ProbeReport> {
    const made = await attempts.catch(() => null);
    return made ? tryAttempts(ask, made) : { tried: 0, unanswered: 1, findings: [], lacking: [] };
  }

  const present = await presentAccounts(server, accounts);
  const doors = await probeAsOutsider({
    ...{ ask, roles, grants },
    random: (length) => new Uint8Array(randomBytes(length)),
    credentials: present.map(({ credential }) => credential),
  });
  // In this order: while the sessions live, then after their end.
  const misused = await triedFrom(wrong.misused(present));
  const ended = await triedFrom(wrong.ended(present));
  const expired = await triedFrom(wrong.expired());
  return [misused, ended, expired].reduce(bothReports, doors);
}
