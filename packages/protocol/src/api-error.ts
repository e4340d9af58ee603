import type { Fault } from './fault.ts';

/**
 * Every answer of the server that is not 2xx has this body (spec/upload.md, UPL3). `message` is a sentence
 * for the person in front of it: what happened, what was kept, what to do now. Neither it nor the faults
 * quote content, tokens, or names.
 */
export type ApiErrorBody = {
  error: {
    code: ApiErrorCode;
    message: string;
    /** All that is wrong with what was sent, each with the rule that it breaks. */
    faults?: Fault[];
    /** Which limit was reached, under the name that the operator configures it by. */
    limit?: { name: string; value: number };
    /** Whole seconds after which the same request may succeed; also in the `retry-after` header. */
    retryAfter?: number;
  };
};

export type ApiErrorCode =
  /** 400: not of the form that the route asks for. */
  | 'malformed'
  /** 401: no session, or one that has ended. */
  | 'no-session'
  /** 403: the session's role may not do this, or the request came from a foreign page. */
  | 'not-allowed'
  /** 403: what was asked for needs her to show again that it is she (spec/identity.md, IDN43). */
  | 'not-fresh'
  /** 403: a person of this role may do it, and this account is of the guardian's probe (spec/access.md, ACC72). */
  | 'probe-only'
  /** 404: there is none, or it is not yours; the two can't be told apart. */
  | 'not-found'
  /** 409: the same id was announced with other content, or a part's bytes are not those announced. */
  | 'conflict'
  /** 410: it was erased and does not come back. */
  | 'erased'
  /** 408, 413, 429: the limit that is named was reached. */
  | 'limit'
  /** 422: verified and refused; `faults` says why. The same bytes will be refused again. */
  | 'refused'
  /** 500: the server's own fault. */
  | 'internal'
  /** 503: a control, the database, or the disk does not answer; nothing was kept that was not acknowledged. */
  | 'unavailable';
