import type { ApiErrorCode } from '@aboveboard/protocol/api-error';
import type { Fault } from '@aboveboard/protocol/fault';
import { FRESH_MINUTES } from './identity/principal.ts';
import type { ServerLimits } from './limits.ts';

/**
 * Why something was not done, in the form that the API answers with. Thrown anywhere below a route; nothing
 * in it quotes content, ids, tokens or names.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ApiErrorCode;
  readonly status: number;
  readonly faults: readonly Fault[] | undefined;
  readonly limit: { name: string; value: number } | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ApiErrorCode, message: string, details: RefusalDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.status = details.status ?? STATUS[code];
    this.faults = details.faults;
    this.limit = details.limit;
    this.retryAfter = details.retryAfter;
  }
}

export type RefusalDetails = {
  status?: number;
  faults?: readonly Fault[];
  limit?: { name: string; value: number };
  retryAfter?: number;
  cause?: unknown;
};

const STATUS: Record<ApiErrorCode, number> = {
  malformed: 400,
  'no-session': 401,
  'not-allowed': 403,
  'not-fresh': 403,
  'probe-only': 403,
  'not-found': 404,
  conflict: 409,
  erased: 410,
  limit: 429,
  refused: 422,
  internal: 500,
  unavailable: 503,
};

/** UPL60: whoever sent it asks again whom halves are sealed to, and seals anew. */
export function otherRecipient(whose: 'vault' | 'guardian'): Fault {
  const message = 'is sealed to a recipient that is not in use here any more';
  return { rule: 'UPL60', at: `envelopes.${whose}`, message };
}

export function overLimit(
  limits: ServerLimits,
  name: keyof ServerLimits,
  message: string,
  details: { status: 408 | 413 | 429; retryAfter?: number },
): Refusal {
  return new Refusal('limit', `${message} (${name}: ${limits[name]})`, {
    ...details,
    limit: { name, value: limits[name] },
  });
}

/** One answer for what is absent and for what is somebody else's: which of the two is not for the asker. */
export function notFound(): Refusal {
  return new Refusal('not-found', 'There is none here that is yours to see.');
}

/** It would be done with a hand on the passkey just now (IDN43). */
export function notFresh(): Refusal {
  return new Refusal(
    'not-fresh',
    `Show that it is you: this asks for your passkey within the last ${FRESH_MINUTES} minutes. Nothing was done yet.`,
  );
}

/** A person of this role would pass here; this account is the probe's (ACC72). */
export function probeOnly(): Refusal {
  return new Refusal(
    'probe-only',
    'A person with this office passes here. This account is for trying doors only, and nothing was done.',
  );
}
