import { readFile, writeFile } from 'node:fs/promises';
import { signStatement } from '@aboveboard/consent/agreement-signing';
import { keysOfChange } from '@aboveboard/consent/policy-change';
import { parseStatement } from '@aboveboard/consent/rules-statement';
import { en } from '@aboveboard/logbook/messages/en';
import { statementLine } from '@aboveboard/logbook/rules-lines';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';
import { openPartyKey } from './party-key-file.ts';
import { faultLines } from './trust-file.ts';

export type SayOptions = { key: string; out: string };

/** `aboveboard agreement say`: no network and no data folder. What is signed is said in words. */
export async function signSaid(path: string, options: SayOptions, context: CommandContext): Promise<void> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new UsageError(`${path} can’t be read.`, { cause });
  });
  const parsed = parseStatement(text);
  if (!parsed.ok)
    throw new CommandFailure(`${path} is no statement of the rules log:\n${faultLines(parsed.faults)}`);
  const key = await openPartyKey(options.key);
  const words = statementLine(parsed.value, key.name, en);
  context.print(words);
  if (parsed.value.kind === 'policy') for (const line of keyLines(parsed.value)) context.print(line);
  const note = await signStatement(parsed.value, key.signers);
  await writeFile(options.out, note, { flag: 'wx' }).catch((cause) => {
    throw new CommandFailure(`${options.out} can’t be written, or is there already.`, { cause });
  });
  context.result({ statement: parsed.value.kind, words, note: options.out });
  context.print(
    `Signed as ${key.name}. The note is in ${options.out}. It counts when it stands in the rules log.`,
  );
}

function keyLines(change: { from: string; to: string }): string[] {
  const { gone, come } = keysOfChange(change);
  return [
    'Compare these with the guardian’s page and with the operator before you enter it:',
    ...gone.map((name) => `  no longer     ${name}`),
    ...come.map((name) => `  from then on  ${name}`),
  ];
}
