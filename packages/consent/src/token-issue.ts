/**
 * Dealing tokens in one batch (spec/objection.md, OBJ10-OBJ14): each ticket asks once, all are answered at one
 * time, whether or not anything will ever be said with them. Who issues sees tickets and blinded messages, and
 * can link neither to a spent token. A function of what was asked; its owner keeps it durably.
 */
export type TokenAsk = {
  /** SHA-256 of a ticket, hex: every employee has one. */
  ticket: string;
  blinded: Uint8Array;
};

export type TokenIssue = {
  /** All tickets that were dealt, and what each asked: null as long as nothing. */
  readonly tickets: ReadonlyMap<string, Uint8Array | null>;
  /** Answers are out: nothing more is taken. */
  readonly closed: boolean;
};

export type AskRefusal = 'unknown-ticket' | 'asked-before' | 'closed' | 'malformed';

export function openIssue(tickets: readonly string[]): TokenIssue {
  if (new Set(tickets).size !== tickets.length) throw new RangeError('a ticket is there twice');
  return { tickets: new Map(tickets.map((ticket) => [ticket, null])), closed: false };
}

/** The issue with this ask in it; the same ask again changes nothing, another by the same ticket is refused. */
export function takeAsk(issue: TokenIssue, { ticket, blinded }: TokenAsk): TokenIssue | AskRefusal {
  const asked = issue.tickets.get(ticket);
  if (asked === undefined) return 'unknown-ticket';
  if (blinded.length !== 256) return 'malformed';
  if (asked !== null) return sameBytes(asked, blinded) ? issue : 'asked-before';
  if (issue.closed) return 'closed';
  return { ...issue, tickets: new Map(issue.tickets).set(ticket, blinded.slice()) };
}

/** Closes the issue and says what is to be signed, by ticket, in the order of the tickets' bytes. */
export function closeIssue(issue: TokenIssue): { issue: TokenIssue; asks: TokenAsk[] } {
  const asks = [...issue.tickets]
    .flatMap(([ticket, blinded]) => (blinded === null ? [] : [{ ticket, blinded }]))
    .sort((a, b) => (a.ticket < b.ticket ? -1 : 1));
  return { issue: { ...issue, closed: true }, asks };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
