import type { Checked } from '@aboveboard/protocol/fault';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import type { NoteSigner } from '@aboveboard/tlog/signer';

/**
 * What a party says of a legal hold, as the text of a note (spec/hold.md, HLD10-HLD11). `hold-end` is a refusal before it
 * holds and a lift afterwards: who wants it over need not know which.
 */
export type HoldStatement = {
  readonly kind: 'hold-approval' | 'hold-end';
  readonly hold: string;
  readonly digest: string;
};

export function holdStatementText({ kind, hold, digest }: HoldStatement): string {
  return `aboveboard ${kind} v1\nhold ${hold}\nsha256 ${digest}\n`;
}

/** A text from outside; never throws. */
export function parseHoldStatement(text: string): Checked<HoldStatement> {
  const [, kind, hold, digest] =
    /^aboveboard (hold-approval|hold-end) v1\nhold ([0-9a-f]{32})\nsha256 ([0-9a-f]{64})\n$/.exec(text) ?? [];
  if ((kind === 'hold-approval' || kind === 'hold-end') && hold && digest) {
    return { ok: true, value: { kind, hold, digest } };
  }
  const message = 'not the one spelling of something said of a hold';
  return { ok: false, faults: [{ rule: 'HLD10', at: 'text', message }] };
}

/** For an approval both signers of the party; for what ends it, one is enough. */
export async function signHoldStatement(
  statement: HoldStatement,
  signers: readonly NoteSigner[],
): Promise<Uint8Array> {
  return formatNote(await signNote(holdStatementText(statement), signers));
}
