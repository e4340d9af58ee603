/**
 * Who holds the key of a recording (T12, T16). One key a recording, made on the device. A key leaves this
 * interface only as an envelope for named recipients, or as bytes to the code that seals and opens.
 */
export interface KeyRing {
  /** Makes a fresh 32-byte key for `id` and stores it durably before returning. Throws if `id` has one. */
  create(id: string): Promise<RecordingKey>;
  /** The key of `id` sealed to `recipients` (hybrid post-quantum age recipients only; a mixture is an error). */
  wrap(id: string, recipients: readonly string[]): Promise<Envelope>;
  /** The key of `id`: from this ring's own store, or from an envelope that this ring can open (and then keeps). */
  open(id: string, envelope?: Envelope): Promise<RecordingKey>;
  /** After this returns no call on this ring gives the key again, also after a restart. Idempotent. */
  destroy(id: string): Promise<void>;
}

/** 32 random bytes. Whoever holds one must not log, store, or print it. */
export type RecordingKey = Uint8Array & { readonly __recordingKey: unique symbol };

/** An age file (binary), hybrid recipients. */
export type Envelope = Uint8Array;

export type KeyRingErrorCode =
  | 'exists'
  | 'unknown'
  | 'destroyed'
  | 'cannot-open'
  | 'bad-recipient'
  | 'storage';
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError';
  readonly code: KeyRingErrorCode;
  /** Of `cannot-open`: it is an envelope, sealed to somebody whose identity is not here, or not here any more (VLT107). */
  readonly isForAnother: boolean;
  constructor(
    code: KeyRingErrorCode,
    message: string,
    options: ErrorOptions & { isForAnother?: boolean } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.isForAnother = options.isForAnother === true;
  }
}
