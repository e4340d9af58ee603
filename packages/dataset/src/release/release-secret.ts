import { hex } from '@aboveboard/consent/canonical-json';
import { freshRecordingId } from '@aboveboard/protocol/recording-id';

/** What releases take of WebCrypto; a platform may have its own. */
export type ReleaseCiphers = Pick<SubtleCrypto, 'importKey' | 'sign' | 'encrypt' | 'decrypt' | 'digest'>;

const DOMAIN = 'aboveboard release v1';

/**
 * What makes one release differ from every other: ids, salts, draws, splits and keys of shards all derive from 32 bytes that
 * are drawn when it is planned (REL3). Whoever holds it can link the release to its recordings and undo what was drawn,
 * so it stays in the vault's job and is destroyed when the release is whole.
 */
export class ReleaseSecret {
  readonly #subtle: ReleaseCiphers;
  readonly #key: Promise<CryptoKey>;

  /** Throws RangeError unless there are 32 bytes. */
  constructor(secret: Uint8Array, subtle: ReleaseCiphers) {
    if (secret.length !== 32) throw new RangeError('the secret of a release has 32 bytes');
    this.#subtle = subtle;
    this.#key = subtle.importKey('raw', new Uint8Array(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
    ]);
  }

  /** 32 bytes, others for each purpose and each thing. */
  async bytes(purpose: string, ...of: string[]): Promise<Uint8Array> {
    const said = JSON.stringify([DOMAIN, purpose, ...of]);
    return new Uint8Array(await this.#subtle.sign('HMAC', await this.#key, new TextEncoder().encode(said)));
  }

  async hex(purpose: string, ...of: string[]): Promise<string> {
    return hex(await this.bytes(purpose, ...of));
  }

  /** An id of the form that recordings have, and that says nothing of the one it stands for. */
  async id(purpose: string, ...of: string[]): Promise<string> {
    const bytes = [await this.bytes(purpose, ...of), await this.bytes(`${purpose}, again`, ...of)];
    let taken = 0;
    // Some draws are no id and another is asked for.
    return freshRecordingId((length) => {
      const from = taken++;
      const drawn = (bytes[from >> 4] as Uint8Array).slice(from & 15, (from & 15) + length);
      if (drawn.length < length) throw new RangeError('no id could be drawn');
      return drawn;
    });
  }
}
