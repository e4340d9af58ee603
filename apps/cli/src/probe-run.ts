import { readFile } from 'node:fs/promises';
import { askOver } from '@aboveboard/guardian/probe/outsider-ask';
import { enrolProbe, NotEnrolled } from '@aboveboard/guardian/probe/probe-accounts';
import { tryDoors } from '@aboveboard/guardian/probe/probe-round';
import type { AskedServer } from '@aboveboard/guardian/probe/staff-session';
import { makeWrongSessions } from '@aboveboard/guardian/probe/wrong-sessions';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { newSessionFile, openSessionFile, type SessionFile } from './probe-session-file.ts';

export type ProbeFlags = { session?: string; invitations?: string };

/** One round, as the guardian makes one every five minutes; throws where it found something, or proves nothing. */
export async function probeFromCommand(
  given: string,
  flags: ProbeFlags,
  context: CommandContext,
): Promise<void> {
  const origin = URL.canParse(given) ? new URL(given) : null;
  if (!origin || !/^https?:$/.test(origin.protocol))
    throw new UsageError('Give the address of a server: https://NAME.');
  const server: AskedServer = { ask: askOver(origin), origin, now: () => Math.floor(Date.now() / 1000) };
  const file = await sessionsFor(server, flags);
  const accounts = file?.accounts ?? { read: () => [], write: () => undefined };
  // One round waits for no session to grow old.
  const wrong = { ...makeWrongSessions(server, accounts), expired: async () => [] };
  const report = await tryDoors({
    ...{ server, accounts, wrong, grants: [] },
    roles: [...new Set(accounts.read().map(({ role }) => role))],
  });
  await file?.save();
  context.result(report);
  for (const { as, method, path, status, what } of report.findings) {
    context.print(`${what.padEnd(24)} ${status} ${method} ${path}, as ${as}`);
  }
  context.print(`tried       ${report.tried} times; ${report.findings.length} findings`);
  if (report.lacking.length > 0)
    throw new CommandFailure(
      `The server does not take what the file has for: ${report.lacking.join(', ')}. Nothing is known of these roles.`,
    );
  if (report.unanswered > 0) {
    throw new CommandFailure(
      `${report.unanswered} times there was no answer: this proves nothing about those doors.`,
    );
  }
  if (report.findings.length > 0) throw new CommandFailure('Not every door is closed.');
}

async function sessionsFor(server: AskedServer, flags: ProbeFlags): Promise<SessionFile | null> {
  const { session, invitations } = flags;
  if (invitations === undefined) return session === undefined ? null : openSessionFile(session);
  if (session === undefined) throw new UsageError('Name the file to keep the accounts in, with --session.');
  const lines = await readFile(invitations, 'utf8').catch((cause) => {
    throw new UsageError(`${invitations} can’t be read.`, { cause });
  });
  const file = await newSessionFile(session);
  try {
    await enrolProbe(server, file.accounts, lines);
  } catch (error) {
    throw error instanceof NotEnrolled ? new CommandFailure(error.message, { cause: error }) : error;
  } finally {
    await file.save();
  }
  return file;
}
