import { readFile, writeFile } from 'node:fs/promises';
import {
  type EnrolmentFile,
  enrolmentBytes,
  fingerprint,
  parseEnrolment,
} from '@aboveboard/consent/enrolment-file';
import { partyKeysOf } from '@aboveboard/consent/party-keys';
import type { Policy } from '@aboveboard/tlog/policy';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { readAgreementFile } from './agreement-file.ts';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { readPolicy } from './trust-file.ts';

export type EnrolmentFlags = { guardian: string; policy: string; place: string; out: string };

/** What every recorder of an installation relies on (spec/enrolment.md, ENR20-ENR23), to be handed to everyone. */
export async function makeEnrolment(
  document: string,
  flags: EnrolmentFlags,
  context: CommandContext,
): Promise<void> {
  const { agreement } = await readAgreementFile(document);
  const policy = await readPolicy(flags.policy);
  const file = {
    format: 'aboveboard-enrolment',
    formatVersion: 1,
    class: agreement.class,
    agreement: agreement.id,
    guardian: flags.guardian,
    relay: await relayOf(flags.guardian),
    policies: { rules: policyOf(policy, 'rules'), uses: policyOf(policy, 'uses') },
    parties: [...partyKeysOf(agreement)].map(([role, keys]) => ({ role, ...keys })),
    place: await jsonOf(flags.place),
  };
  // The place is whatever stood in that file: all of it is read again as a recorder will.
  const bytes = enrolmentBytes(file as EnrolmentFile);
  const parsed = parseEnrolment(bytes);
  if (!parsed.ok) {
    const faults = parsed.faults.map(({ rule, at, message }) => `  ${rule} at ${at}: ${message}`);
    throw new CommandFailure(`This would be no enrolment that a recorder takes:\n${faults.join('\n')}`);
  }
  await writeFile(flags.out, bytes, { flag: 'wx' }).catch((cause) => {
    throw new CommandFailure(`${flags.out} can’t be written, or is there already.`, { cause });
  });
  const print = await fingerprint(bytes, crypto.subtle);
  context.result({ out: flags.out, sha256: print.replaceAll(' ', ''), class: agreement.class });
  context.print(`${flags.out}: what recorders of “${agreement.id}” rely on.`);
  context.print(`SHA-256, as each recorder shows it: ${print}`);
}

/** Of both logs only the keys whose origin ends in this log's name. */
function policyOf(policy: Policy, log: 'rules' | 'uses'): string {
  const logs = policy.logs.filter(({ key }) => key.name.endsWith(`/${log}`));
  return formatPolicy({ ...policy, logs: logs.map((one) => ({ ...one, url: null })) });
}

async function relayOf(guardian: string): Promise<EnrolmentFile['relay']> {
  try {
    const response = await fetch(`${guardian}/relay`, {
      redirect: 'error',
      signal: AbortSignal.timeout(20_000),
    });
    const { recipient, periodSeconds } = (await response.json()) as EnrolmentFile['relay'];
    if (response.ok) return { recipient, periodSeconds };
  } catch (cause) {
    throw new CommandFailure(`No guardian answers at ${guardian}.`, { cause });
  }
  throw new CommandFailure(`The guardian at ${guardian} does not reach its server.`);
}

async function jsonOf(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new UsageError(`${path} can’t be read.`, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CommandFailure(`${path} is not JSON.`, { cause });
  }
}
