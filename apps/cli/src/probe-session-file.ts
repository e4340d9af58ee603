import { readFile, stat, writeFile } from 'node:fs/promises';
import type { KeptAccounts, ProbeAccount } from '@aboveboard/guardian/probe/probe-accounts';
import { ROLES } from '@aboveboard/protocol/installation';
import { CommandFailure, UsageError } from './command.ts';

/**
 * Credentials to try a server with: `{"accounts": [{"role": …, "token": …}]}`, sessions as they are sent, or with `passkey`
 * in place of `token` accounts that were made for probing. Whoever reads the file has them, so only its owner may.
 */
export type SessionFile = {
  accounts: KeptAccounts;
  /** Passkeys count: what is not kept does not sign in the next time. */
  save(): Promise<void>;
};

export async function openSessionFile(path: string): Promise<SessionFile> {
  const { mode } = await stat(path).catch((cause) => {
    throw new UsageError(`${path} can’t be read.`, { cause });
  });
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new UsageError(`Others than you can read ${path}, or change it. Run: chmod 600 ${path}`);
  const accounts = accountsIn(await readFile(path, 'utf8'));
  if (!accounts)
    throw new UsageError(`${path} is not {"accounts": [{"role": …, "token": …}]}. Nothing was tried.`);
  return sessionFile(path, accounts);
}

/** A new one, which is there and empty before anything is put into it: an invitation is good once. */
export async function newSessionFile(path: string): Promise<SessionFile> {
  await writeFile(path, '{"accounts": []}\n', { mode: 0o600, flag: 'wx' }).catch((cause) => {
    throw new CommandFailure(`${path} can’t be written, or is there already.`, { cause });
  });
  return sessionFile(path, []);
}

function sessionFile(path: string, given: readonly ProbeAccount[]): SessionFile {
  let accounts = given;
  return {
    accounts: {
      read: () => [...accounts],
      write: (next) => {
        accounts = next;
      },
    },
    async save() {
      await writeFile(path, `${JSON.stringify({ accounts }, null, 2)}\n`, { mode: 0o600 });
    },
  };
}

function accountsIn(text: string): ProbeAccount[] | null {
  try {
    const { accounts } = JSON.parse(text) as { accounts: unknown };
    return Array.isArray(accounts) && accounts.every(isAccount) ? accounts : null;
  } catch {
    return null;
  }
}

function isAccount(value: unknown): value is ProbeAccount {
  const { role, token, passkey } = value as { role?: string; token?: unknown; passkey?: unknown };
  if (!ROLES.some((one) => one === role) || (token === undefined) === (passkey === undefined)) return false;
  if (token !== undefined) return typeof token === 'string' && /^[A-Za-z0-9_-]{43}$/.test(token);
  const { id, key, counter } = passkey as { id?: unknown; key?: unknown; counter?: unknown };
  return typeof id === 'string' && typeof key === 'string' && Number.isInteger(counter);
}
