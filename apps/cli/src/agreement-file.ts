import { readFile, writeFile } from 'node:fs/promises';
import { type Agreement, parseAgreement } from '@aboveboard/consent/agreement';
import { differenceWords } from '@aboveboard/consent/agreement-difference';
import { agreementStatement, signatureFaults, signStatement } from '@aboveboard/consent/agreement-signing';
import { agreementWords } from '@aboveboard/consent/agreement-words';
import { en } from '@aboveboard/consent/messages/en';
import { concernReasons, concernWords } from '@aboveboard/consent/messages/en-concerns';
import { openingConcerns } from '@aboveboard/consent/opening-concerns';
import {
  type RulesStatement,
  SUSPENSION_REASONS,
  type SuspensionReason,
} from '@aboveboard/consent/rules-statement';
import type { Fault } from '@aboveboard/protocol/fault';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { openPartyKey } from './party-key-file.ts';

export async function showAgreement(
  path: string,
  options: { notes?: readonly string[] },
  context: CommandContext,
): Promise<void> {
  const { agreement } = await readAgreementFile(path);
  const statement = await agreementStatement(agreement, crypto.subtle);
  const notes = await Promise.all(
    (options.notes ?? []).map(async (note) => new Uint8Array(await given(note))),
  );
  const faults = notes.length > 0 ? await signatureFaults(agreement, notes, null, crypto.subtle) : null;
  const passages = agreementWords(agreement, en);
  context.result({ ...statement, passages, signatures: faults === null ? 'not looked at' : faults });
  for (const { heading, sentences } of passages) {
    context.print(heading);
    for (const sentence of sentences) context.print(`  ${sentence}`);
    context.print('');
  }
  context.print(`Version ${statement.version}, SHA-256 ${statement.digest}`);
  if (faults?.length === 0) context.print('Signed by everyone who has to.');
  if (faults && faults.length > 0) {
    throw new CommandFailure(`Not signed by everyone who has to:\n${lines(faults)}`);
  }
}

export async function checkAgreement(path: string, context: CommandContext): Promise<void> {
  const { agreement } = await readAgreementFile(path);
  const concerns = openingConcerns(agreement.apps).map((one) => ({
    ...one,
    reason: concernReasons[one.rule],
  }));
  context.result({ concerns });
  if (concerns.length === 0) return context.print(concernWords.none);
  context.print(concernWords.heading);
  for (const { app, selector, reason } of concerns) {
    context.print(`  ${concernWords.line(app, selector, reason)}`);
  }
  throw new CommandFailure(`${concerns.length} to look at again in ${path}.`);
}

export async function diffAgreements(older: string, newer: string, context: CommandContext): Promise<void> {
  const [before, after] = await Promise.all([readAgreementFile(older), readAgreementFile(newer)]);
  const { changes, passages, consent } = differenceWords(before.agreement, after.agreement, en);
  context.result({ changes, passages, consent });
  for (const change of changes) context.print(change);
  for (const { heading, gone, came } of passages) {
    context.print(`\n${heading}`);
    for (const sentence of gone) context.print(`  - ${sentence}`);
    for (const sentence of came) context.print(`  + ${sentence}`);
  }
  context.print('');
  for (const sentence of consent) context.print(sentence);
}

export type SignOptions = { key: string; out: string; revoke?: true; suspend?: string };

/** No network and no data folder: the document, a key in a file, and the note that comes out. */
export async function signAgreement(
  path: string,
  options: SignOptions,
  context: CommandContext,
): Promise<void> {
  const { suspend, revoke } = options;
  if (suspend && revoke) throw new UsageError('One at a time: --revoke, or --suspend with a reason.');
  const reason = SUSPENSION_REASONS.find((one) => one === suspend);
  if (suspend && !reason) throw new UsageError(`The reason is one of ${SUSPENSION_REASONS.join(', ')}.`);
  const { agreement } = await readAgreementFile(path);
  const statement = await statementOf(agreement, revoke === true, reason);
  const key = await openPartyKey(options.key);
  const own = agreement.parties.find(({ keys }) => key.verifierKeys.every((one) => keys.includes(one)));
  if (!own) {
    throw new CommandFailure(
      'This agreement does not name these keys for any party, so the signature would count for nothing. ' +
        '"aboveboard agreement key" shows what to put into the document.',
    );
  }
  const note = await signStatement(statement, key.signers);
  await writeFile(options.out, note, { flag: 'wx' }).catch((cause) => {
    throw new CommandFailure(`${options.out} can’t be written, or is there already.`, { cause });
  });
  context.result({ ...statement, party: own.role, note: options.out });
  const what = { agreement: 'Signed', revocation: 'Revoked', suspension: 'Suspended' }[statement.kind];
  context.print(`${what} for the ${own.role}: version ${agreement.version} of ${agreement.id}`);
  context.print(`SHA-256 of the document: ${statement.digest}`);
  context.print(`The note is in ${options.out}. It counts when it stands in the rules log.`);
}

type Signed = Extract<RulesStatement, { kind: 'agreement' | 'revocation' | 'suspension' }>;

async function statementOf(
  agreement: Agreement,
  revoke: boolean,
  reason: SuspensionReason | undefined,
): Promise<Signed> {
  const about = await agreementStatement(agreement, crypto.subtle);
  if (revoke) return { ...about, kind: 'revocation' };
  if (reason) return { ...about, kind: 'suspension', reason, at: Math.floor(Date.now() / 1000) };
  return about;
}

export async function readAgreementFile(path: string): Promise<{ agreement: Agreement }> {
  const parsed = parseAgreement(new Uint8Array(await given(path)));
  if (!parsed.ok) throw new CommandFailure(`${path} is no agreement:\n${lines(parsed.faults)}`);
  return { agreement: parsed.value };
}

function lines(faults: readonly Fault[]): string {
  return faults.map(({ rule, at, message }) => `  ${rule} at ${at}: ${message}`).join('\n');
}

async function given(path: string): Promise<Buffer> {
  return readFile(path).catch((cause) => {
    throw new UsageError(`${path} can’t be read.`, { cause });
  });
}
