import { readFile, writeFile } from 'node:fs/promises';
import { type Enrolment, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { statementText } from '@aboveboard/consent/rules-statement';
import {
  type AskText,
  finishRotation,
  missingForRotation,
  prepareRotation,
} from '@aboveboard/server/logs/policy-rotation';
import { postToWitness } from '@aboveboard/server/logs/witness-post';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { faultLines, readPolicy } from './trust-file.ts';

export type BeginFlags = { out: string; enrolment?: string; policy?: string; logKeys?: true };

/** `aboveboard rotate begin`: what both parties are to sign, and everything that goes before it. */
export async function beginRotation(flags: BeginFlags, context: CommandContext): Promise<void> {
  const installation = await context.installation();
  const statement = await prepareRotation(installation, {
    data: context.data,
    enrolment: flags.enrolment === undefined ? null : await enrolmentAt(flags.enrolment),
    witnesses: flags.policy === undefined ? null : await readPolicy(flags.policy),
    withLogKeys: flags.logKeys === true,
    ask: askText,
  }).catch((cause: Error) => {
    throw new CommandFailure(cause.message, { cause });
  });
  await writeFile(flags.out, statementText(statement));
  context.result({ out: flags.out, agreement: statement.id });
  context.print(`${flags.out}: that other keys count for the logs of “${statement.id}” from then on.`);
  context.print(
    'Next: restart the server, so that the keys to come sign and cosign beside those of now. Then the',
  );
  context.print(
    'employer and the representative each sign this file and enter it ("aboveboard agreement say", or their page).',
  );
}

/** `aboveboard rotate show`: 1 where something is missing. */
export async function showRotation(context: CommandContext): Promise<void> {
  const missing = await missingIn(context);
  context.result({ underWay: missing !== null, missing: missing ?? [] });
  if (!missing) return context.print('No change of keys is under way.');
  if (missing.length > 0)
    throw new CommandFailure(`A change of keys is under way. Missing:\n${faultLines(missing)}`);
  context.print('Nothing is missing: "aboveboard rotate finish" lets the keys of before go.');
}

/** `aboveboard rotate finish`. */
export async function finishKeys(context: CommandContext): Promise<void> {
  const missing = await missingIn(context);
  if (!missing) throw new CommandFailure('No change of keys is under way.');
  if (missing.length > 0)
    throw new CommandFailure(`Not yet, and nothing was changed. Missing:\n${faultLines(missing)}`);
  await finishRotation(context.data);
  context.result({ finished: true });
  context.print(
    'The keys of before are gone from here. Next: restart the server; then the representative retires the',
  );
  context.print(
    'old keys of her witness on her page. Backups of keys that were made before still hold the old ones.',
  );
}

async function missingIn(context: CommandContext) {
  return missingForRotation(await context.installation(), { data: context.data, post: postToWitness });
}

const askText: AskText = async (url) => {
  const signal = AbortSignal.timeout(20_000);
  const answer = await fetch(url, { redirect: 'error', signal }).catch((cause) => {
    throw new Error(`The witness at ${url} does not answer.`, { cause });
  });
  if (answer.status === 404) return null;
  const text = answer.ok ? await answer.text() : '';
  if (!answer.ok || text.length > 16_384) throw new Error(`The witness at ${url} does not say its keys.`);
  return text;
};

async function enrolmentAt(path: string): Promise<Enrolment> {
  const bytes = await readFile(path).catch((cause) => {
    throw new UsageError(`${path} can’t be read.`, { cause });
  });
  const parsed = parseEnrolment(new Uint8Array(bytes));
  if (parsed.ok) return parsed.value;
  throw new CommandFailure(`${path} is no enrolment file:\n${faultLines(parsed.faults)}`);
}
