import { readFile, writeFile } from 'node:fs/promises';
import { parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { policyText } from '@aboveboard/consent/policy-change';
import { logFilesOf } from '@aboveboard/server/vault/log-files';
import { makeVaultRules } from '@aboveboard/server/vault/vault-rules';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { faultLines } from './trust-file.ts';

/**
 * `aboveboard log policy`: whose keys and cosignatures count now, for somebody who relies on an enrolment file and on nothing that
 * the server says: over the bridges of all changes (RUL60-RUL66).
 */
export async function followPolicy(
  server: string,
  flags: { enrolment: string; out: string },
  context: CommandContext,
): Promise<void> {
  const bytes = await readFile(flags.enrolment).catch((cause) => {
    throw new UsageError(`${flags.enrolment} can’t be read.`, { cause });
  });
  const parsed = parseEnrolment(new Uint8Array(bytes));
  if (!parsed.ok)
    throw new CommandFailure(`${flags.enrolment} is no enrolment file:\n${faultLines(parsed.faults)}`);
  const { rules, uses } = parsed.value;
  const proved = await makeVaultRules({
    ...{ enrolment: parsed.value, read: logFilesOf(server.replace(/\/$/, '')), markPath: null },
    now: () => Math.floor(Date.now() / 1000),
  }).now();
  if (!proved) {
    throw new CommandFailure(
      `The rules log at ${server} can’t be proved from this enrolment: it is not reached, shows another history, or a bridge is missing.`,
    );
  }
  const both = { ...rules.policy, logs: [...rules.policy.logs, ...uses.policy.logs] };
  const text = proved.policy ?? policyText(both);
  await writeFile(flags.out, text, { flag: 'wx' }).catch((cause) => {
    throw new CommandFailure(`${flags.out} can’t be written, or is there already.`, { cause });
  });
  const changes = proved.state.policies.length;
  context.result({ out: flags.out, changes, policy: text });
  context.print(
    `${flags.out}: what counts by the rules log of ${proved.state.size} entries, after ${changes} changes.`,
  );
}
