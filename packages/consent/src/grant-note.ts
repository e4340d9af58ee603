import type { Checked } from '@aboveboard/protocol/fault';
import { formatNote } from '@aboveboard/tlog/note';
import { signNote } from '@aboveboard/tlog/signed-note';
import type { NoteSigner } from '@aboveboard/tlog/signer';

/**
 * What a party says of a grant, as the text of a note (spec/grant.md, GRT20-GRT21). One text, one spelling. The
 * second line holds a space, so it is the id of no agreement: whoever copies such a note into the rules log, where
 * what a party says and nobody understands suspends, suspends nothing.
 */
export type GrantStatement =
  | { readonly kind: 'grant-approval' | 'grant-revocation'; readonly grant: string; readonly digest: string }
  | {
      readonly kind: 'grant-refusal';
      readonly grant: string;
      readonly digest: string;
      readonly reason: GrantRefusal;
    };

export const GRANT_REFUSALS = ['purpose', 'slice', 'time', 'asker', 'other'] as const;
export type GrantRefusal = (typeof GRANT_REFUSALS)[number];

export function grantStatementText(statement: GrantStatement): string {
  const lines = [
    `aboveboard ${statement.kind} v1`,
    `grant ${statement.grant}`,
    `sha256 ${statement.digest}`,
    ...(statement.kind === 'grant-refusal' ? [statement.reason] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** A text from outside; never throws. */
export function parseGrantStatement(text: string): Checked<GrantStatement> {
  const [head = '', id = '', digest = '', reason = ''] = text.split('\n');
  const kind = /^aboveboard (grant-approval|grant-refusal|grant-revocation) v1$/.exec(head)?.[1];
  const about = {
    grant: /^grant ([0-9a-f]{32})$/.exec(id)?.[1] ?? '',
    digest: /^sha256 ([0-9a-f]{64})$/.exec(digest)?.[1] ?? '',
  };
  const known = GRANT_REFUSALS.find((one) => one === reason);
  let statement: GrantStatement | null = null;
  if (kind === 'grant-approval' || kind === 'grant-revocation') statement = { kind, ...about };
  if (kind === 'grant-refusal' && known) statement = { kind, ...about, reason: known };
  if (statement && grantStatementText(statement) === text) return { ok: true, value: statement };
  return {
    ok: false,
    faults: [{ rule: 'GRT20', at: 'text', message: 'not the one spelling of something said of a grant' }],
  };
}

/** For an approval both signers of the party; for what stops, one is enough. */
export async function signGrantStatement(
  statement: GrantStatement,
  signers: readonly NoteSigner[],
): Promise<Uint8Array> {
  return formatNote(await signNote(grantStatementText(statement), signers));
}
