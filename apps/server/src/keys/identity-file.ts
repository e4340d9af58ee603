import { createHash } from 'node:crypto';
import { recipientOf } from '@aboveboard/vault/envelope';

/**
 * The age identities of one holder in one file, which any age tool reads (spec/vault.md, VLT100-VLT101): the newest first,
 * the older ones after it, and of those that are gone a line that says when. It is replaced as a whole or not at all.
 */
export type IdentityFile = {
  /** What stands above, for people. */
  head: string;
  /** Whose they all are: from the first one's recipient, so that it stays when that is gone (BAK48). */
  of: string;
  /** At least one. */
  held: readonly HeldIdentity[];
  retired: readonly RetiredIdentity[];
};

/** `since`: null of one from before they were dated. `until`: when another became the newest. ISO times. */
export type HeldIdentity = {
  identity: string;
  recipient: string;
  since: string | null;
  until: string | null;
};
export type RetiredIdentity = { name: string; since: string | null; until: string; gone: string };

/** What people compare an identity by, and all that a journal says of one: of its recipient, which is no secret. */
export function identityName(recipient: string): string {
  return digestOf(recipient).slice(0, 16);
}

/** Null: there is no identity in it. What is malformed in it is an error of the one who wrote it, and throws. */
export async function parseIdentityFile(text: string): Promise<IdentityFile | null> {
  const held: HeldIdentity[] = [];
  const retired: RetiredIdentity[] = [];
  let said = new Map<string, string>();
  let of: string | null = null;
  for (const line of text.split('\n')) {
    const [, name, value] = /^# (of|since|until|retired): (.+)$/.exec(line) ?? [];
    if (name === 'of' && value !== undefined) of = value;
    else if (name === 'retired' && value !== undefined) retired.push(retiredOf(value));
    else if (name !== undefined && value !== undefined) said.set(name, value);
    if (!line.startsWith('AGE-SECRET-KEY-')) continue;
    held.push({
      identity: line,
      recipient: await recipientOf(line),
      since: said.get('since') ?? null,
      until: said.get('until') ?? null,
    });
    said = new Map();
  }
  const [first] = held;
  if (!first) return null;
  const head = text.split('\n', 1)[0] ?? '';
  return { head, of: of ?? holderName(first.recipient), held, retired };
}

export function formatIdentityFile({ head, of, held, retired }: IdentityFile): string {
  const lines = [head];
  if (held[0] && of !== holderName(held[0].recipient)) lines.push(`# of: ${of}`);
  lines.push(...held.flatMap(linesOf));
  for (const { name, since, until, gone } of retired)
    lines.push(`# retired: ${name} since ${since ?? '-'} until ${until} gone ${gone}`);
  return `${lines.join('\n')}\n`;
}

/** Of the installation that has only this one, and of no other. */
function holderName(recipient: string): string {
  return digestOf(recipient).slice(0, 32);
}

function linesOf({ identity, recipient, since, until }: HeldIdentity): string[] {
  return [
    `# recipient: ${recipient}`,
    ...(since === null ? [] : [`# since: ${since}`]),
    ...(until === null ? [] : [`# until: ${until}`]),
    identity,
  ];
}

function retiredOf(line: string): RetiredIdentity {
  const [, name, since, until, gone] = /^(\S+) since (\S+) until (\S+) gone (\S+)$/.exec(line) ?? [];
  if (!name || !since || !until || !gone) throw new Error('a line about a retired identity is malformed');
  return { name, since: since === '-' ? null : since, until, gone };
}

function digestOf(recipient: string): string {
  return createHash('sha256').update(recipient).digest('hex');
}
