import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { handOver } from '@aboveboard/guardian/recovery/hand-over';
import {
  backUp,
  dealRecovery,
  noteBackUp,
  type RestoreRefusal,
  restoreGuardian,
} from '@aboveboard/guardian/recovery/recovery';
import { type GuardianStore, openGuardianStore } from '@aboveboard/guardian/store';
import { readBackup } from '@aboveboard/vault/guardian-backup';
import { type ShareFault, shareFault } from '@aboveboard/vault/recovery-set';
import { openedBy, type RecoveryShare, readShare } from '@aboveboard/vault/recovery-share';
import { type CommandContext, CommandFailure, UsageError } from './command.ts';

export async function sharesFromCommand(
  count: { people: number; enough: number },
  context: CommandContext,
): Promise<void> {
  const store = opened(context);
  try {
    const { sheets, kept } = await dealRecovery(store, count).catch((cause) => {
      if (cause instanceof RangeError) throw new UsageError(`Shares go to ${cause.message}.`, { cause });
      throw cause;
    });
    const opens = await openedBy(kept.recipient, crypto.subtle);
    context.result({ opens, set: kept.set, enough: kept.enough, sheets });
    for (const { number, text } of sheets) {
      for (const line of sheet(text, {
        number,
        of: sheets.length,
        enough: kept.enough,
        set: kept.set,
        opens,
      }))
        context.print(line);
    }
    context.note(
      'Print them now: they are kept nowhere. Then make a backup, and have each person check her share.',
    );
  } finally {
    store.close();
  }
}

export async function checkFromCommand(flags: { backup: string }, context: CommandContext): Promise<void> {
  const backup = readBackup(await fileOf(flags.backup));
  if (!backup) throw new CommandFailure(`${flags.backup} is no backup of a guardian.`);
  const [share] = await asked(1);
  if (!share) throw new CommandFailure('No share was typed.');
  const fault = await shareFault(share, backup.kept, crypto.subtle);
  const { number, of, enough, set } = share;
  context.result({ number, of, enough, set, opens: share.opens, fault: fault?.code ?? null });
  if (fault) throw new CommandFailure(inWords(fault));
  context.print(`Share ${number} of ${of} is whole. With ${enough - 1} others it opens this backup.`);
}

export async function backupFromCommand(file: string, context: CommandContext): Promise<void> {
  const store = opened(context);
  try {
    const sealed = await backUp(store, context.data);
    if (!sealed) {
      throw new CommandFailure(
        'No shares were dealt, so nobody could open a backup: aboveboard recovery shares.',
      );
    }
    await writeFile(file, sealed, { flag: 'wx', mode: 0o600 }).catch((cause) => {
      throw new CommandFailure(`${file} can’t be written, or is there already.`, { cause });
    });
    noteBackUp(store, Math.floor(Date.now() / 1000));
    context.result({ file, bytes: sealed.length });
    context.print(`${file} is written. It is a copy of halves: destroy it when the agreed days are over.`);
  } finally {
    store.close();
  }
}

export function handOverFromCommand(context: CommandContext): void {
  const store = opened(context);
  try {
    handOver(store, () => Math.floor(Date.now() / 1000));
  } finally {
    store.close();
  }
  context.result({ data: context.data, isLocked: true });
  context.print('Handed over, and locked. Start it: it prints the link for the next representative.');
}

export async function restoreFromCommand(file: string, context: CommandContext): Promise<void> {
  const backup = await fileOf(file);
  const read = readBackup(backup);
  if (!read) throw new CommandFailure(`${file} is no backup of a guardian. Nothing was written.`);
  const shares = await asked(read.kept.enough);
  const refusal = await restoreGuardian({
    ...{ backup, shares, data: context.data },
    now: () => Math.floor(Date.now() / 1000),
  });
  if (refusal) throw new CommandFailure(`${refused(refusal, file)} Nothing was written.`);
  context.result({ data: context.data, isLocked: true });
  context.print(`The guardian is in ${context.data}, and locked. Start it, and go on in docs/ceremonies.md.`);
}

function opened(context: CommandContext): GuardianStore {
  if (!existsSync(join(context.data, 'guardian.sqlite'))) {
    throw new UsageError(`${context.data} holds no guardian. Give its folder with --data.`);
  }
  return openGuardianStore(context.data);
}

async function fileOf(path: string): Promise<Uint8Array> {
  return new Uint8Array(
    await readFile(path).catch((cause) => {
      throw new UsageError(`${path} can’t be read.`, { cause });
    }),
  );
}

function sheet(
  text: string,
  about: { number: number; of: number; enough: number; set: string; opens: string },
): string[] {
  const groups = text.split(' ');
  const lines = Array.from({ length: Math.ceil(groups.length / 6) }, (_, i) =>
    groups.slice(i * 6, i * 6 + 6),
  );
  return [
    `SHARE ${about.number} OF ${about.of}  —  any ${about.enough} of them give the guardian back`,
    `Set ${about.set}; opens backups for ${about.opens.match(/.{4}/g)?.join(' ')}.`,
    '',
    ...lines.map((line) => `    ${line.join(' ')}`),
    '',
    'Keep it where nobody else comes. Photograph it never, type it only at',
    '"aboveboard recovery check" and "aboveboard recovery restore".',
    '\f',
  ];
}

/** From standard input, a line each; at a terminal nothing of it is shown. A misread one is asked for again there. */
async function asked(count: number): Promise<RecoveryShare[]> {
  const isTerminal = process.stdin.isTTY === true;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines: Interface = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: silent, terminal: true } : {}),
  });
  const shares: RecoveryShare[] = [];
  const prompt = () => {
    if (isTerminal) process.stderr.write(`Share ${shares.length + 1} of the ${count} that are needed: `);
  };
  try {
    prompt();
    for await (const line of lines) {
      if (isTerminal) process.stderr.write('\n');
      if (line.trim() !== '') {
        const share = await readShare(line, crypto.subtle);
        if (share) shares.push(share);
        else if (isTerminal) process.stderr.write('That was misread or is no share. Again.\n');
        else throw new CommandFailure('A share was misread or is none. Nothing was opened.');
      }
      // At a terminal somebody waits for the end; from a file all that is there is looked at.
      if (isTerminal && shares.length >= count) break;
      prompt();
    }
    return shares;
  } finally {
    lines.close();
  }
}

function refused(refusal: RestoreRefusal, file: string): string {
  switch (refusal.code) {
    case 'no-backup':
      return `${file} is no backup of a guardian.`;
    case 'not-empty':
      return 'There is a guardian in this folder already.';
    case 'changed-backup':
      return `${file} was changed, or made by something else than that guardian.`;
    case 'damaged':
      return 'What is in the backup is damaged.';
    case 'shares':
      return refusal.faults.map(inWords).join(' ');
  }
}

function inWords({ code, number }: ShareFault): string {
  switch (code) {
    case 'too-few':
      return 'These are too few shares.';
    case 'twice':
      return `Share ${number} was given twice.`;
    case 'another-set':
      return `Share ${number} is of another set, which was dealt before or after.`;
    case 'opens-something-else':
      return `Share ${number} opens the backups of another guardian.`;
    case 'changed':
      return number === null ? 'These shares make nothing.' : `Share ${number} is not as it was dealt.`;
  }
}
