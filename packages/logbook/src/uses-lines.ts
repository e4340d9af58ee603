import { opensCommitment } from '@aboveboard/consent/sha256-commitment';
import { type OwnAct, ownActBytes, type PlainUse, readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { LineKind, LogLine } from './log-line.ts';
import type { Messages } from './messages/en.ts';

/** An act that this device's owner committed to. The nonce never leaves the device: with it others could tell too. */
export type KeptAct = { act: OwnAct; nonce: Uint8Array; commitment: Uint8Array };

/**
 * Entries of the uses log in words. Runs of sealed entries are one line, but those that open under one of
 * `own` are told: to this device alone.
 */
export async function usesLines(
  entries: readonly { index: number; entry: Uint8Array }[],
  own: readonly KeptAct[],
  messages: Messages,
  subtle: SubtleCrypto,
): Promise<LogLine[]> {
  const kept = new Map(own.map((each) => [each.commitment.join(), each]));
  const lines: LogLine[] = [];
  for (const { index, entry } of entries) {
    const read = readUsesEntry(entry);
    if (!read.ok) {
      lines.push(at(index, 'ignored', messages.uses.malformed));
    } else if (read.value.kind === 'plain') {
      lines.push({ ...at(index, ...plain(read.value.use, messages)), at: read.value.use.at });
    } else {
      const { commitment } = read.value;
      const mine = kept.get(commitment.join());
      const opens = mine && (await opensCommitment(commitment, mine.nonce, ownActBytes(mine.act), subtle));
      if (opens) {
        lines.push({
          ...at(index, 'sealed', messages.uses.own[mine.act.kind]),
          detail: mine.act.digest,
          own: true,
        });
        continue;
      }
      const before = lines.at(-1);
      if (before?.kind === 'sealed' && !before.own && before.last === index - 1) {
        before.last = index;
        before.words = messages.uses.sealed(index - before.first + 1);
      } else lines.push(at(index, 'sealed', messages.uses.sealed(1)));
    }
  }
  return lines;
}

function plain({ actor, act }: PlainUse, { uses, who }: Messages): [LineKind, string, string | null] {
  const by = who([actor.role]);
  switch (act.kind) {
    case 'grant-asked':
      return ['access', uses.grantAsked(by, act.purpose), act.grant];
    case 'grant-approved':
      return ['access', uses.grantApproved(by), act.grant];
    case 'grant-refused':
      return ['access', uses.grantRefused(by, act.reason), act.grant];
    case 'grant': {
      const approved = who([...new Set(act.approvedBy.map(({ role }) => role))]);
      const until = new Date(act.until * 1000).toISOString().slice(0, 10);
      return ['access', uses.grant(act.purpose, approved, until), act.grant];
    }
    case 'grant-ended':
      return ['access', uses.grantEnded(by), act.grant];
    case 'access':
      return ['access', uses.access(by, act.recordings, act.purpose), act.list];
    case 'dataset':
      return ['dataset', uses.dataset(by, act.dataset, act.version, act.recordings), act.manifest];
    case 'dataset-withdrawn':
      return ['dataset', uses.datasetWithdrawn(by, act.dataset, act.version), act.manifest];
    case 'dataset-apart':
      return ['dataset', uses.datasetApart(by, act.dataset, act.version), act.manifest];
    case 'deletion':
      return ['dataset', uses.deletion(by, act.recordings), act.list];
    case 'hold-asked':
      return ['access', uses.holdAsked(by, act.reason), act.hold];
    case 'hold': {
      const until = new Date(act.until * 1000).toISOString().slice(0, 10);
      const approved = who([...new Set(act.approvedBy.map(({ role }) => role))]);
      return ['access', uses.hold(approved, act.reason, until), act.hold];
    }
    case 'hold-ended':
      return ['access', uses.holdEnded(by), act.hold];
    case 'probe':
      return ['setting', uses.probe(act.tried, act.unanswered, act.found, act.locked), act.word];
    case 'configuration':
      return ['setting', uses.configuration(by, act.setting), act.after];
  }
}

function at(index: number, kind: LineKind, words: string, detail: string | null = null): LogLine {
  return { first: index, last: index, at: null, kind, words, detail, own: false };
}
