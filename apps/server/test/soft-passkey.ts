import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/**
 * An authenticator in software: one P-256 key, as a browser would present it. Everything that it says can be said
 * otherwise, which is what a hostile one does.
 */
export type Lies = {
  challenge?: string;
  origin?: string;
  type?: string;
  name?: string;
  /** Bits of authenticator data: 0x01 present, 0x04 verified. */
  flags?: number;
  counter?: number;
  userHandle?: string;
  signedBy?: KeyObject;
  credential?: string;
};

export class SoftPasskey {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly id = randomBytes(32).toString('base64url');
  readonly origin: string;
  counter = 0;
  userHandle: string | undefined;

  constructor(origin: string) {
    this.origin = origin;
  }

  register(options: Record<string, unknown>, lies: Lies = {}): object {
    this.userHandle = (options['user'] as { id: string }).id;
    const data = this.#data(lies, 0x45, this.#attested(lies));
    const attestationObject = cbor(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', data],
      ]),
    );
    const client = this.#client(options, 'webauthn.create', lies);
    return this.#answer(lies, {
      clientDataJSON: client.toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
    });
  }

  assert(options: Record<string, unknown>, lies: Lies = {}): object {
    this.counter += 1;
    const data = this.#data(lies, 0x05);
    const client = this.#client(options, 'webauthn.get', lies);
    const signature = createSign('sha256')
      .update(Buffer.concat([data, createHash('sha256').update(client).digest()]))
      .sign(lies.signedBy ?? this.#keys.privateKey);
    return this.#answer(lies, {
      clientDataJSON: client.toString('base64url'),
      authenticatorData: data.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: lies.userHandle ?? this.userHandle,
    });
  }

  #answer(lies: Lies, response: object): object {
    const id = lies.credential ?? this.id;
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  #client(options: Record<string, unknown>, type: string, lies: Lies): Buffer {
    const said = {
      type: lies.type ?? type,
      challenge: lies.challenge ?? options['challenge'],
      origin: lies.origin ?? this.origin,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify(said));
  }

  #data(lies: Lies, flags: number, attested: Buffer = Buffer.alloc(0)): Buffer {
    const name = lies.name ?? new URL(this.origin).hostname;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lies.counter ?? this.counter);
    const bits = lies.flags === undefined ? flags : (flags & 0x40) | lies.flags;
    return Buffer.concat([
      createHash('sha256').update(name).digest(),
      Buffer.from([bits]),
      counter,
      attested,
    ]);
  }

  #attested(lies: Lies): Buffer {
    const id = Buffer.from(lies.credential ?? this.id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const { x, y } = this.#keys.publicKey.export({ format: 'jwk' });
    const key = new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x ?? '', 'base64url')],
      [-3, Buffer.from(y ?? '', 'base64url')],
    ]);
    return Buffer.concat([Buffer.alloc(16), length, id, cbor(key)]);
  }
}

/** As much of CBOR as an authenticator says: small integers, bytes, text, maps. */
function cbor(value: unknown): Buffer {
  const head = (major: number, n: number) => {
    if (n < 24) return Buffer.from([(major << 5) | n]);
    if (n < 256) return Buffer.from([(major << 5) | 24, n]);
    return Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
  };
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...(value as Map<unknown, unknown>)];
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([k, v]) => [cbor(k), cbor(v)])]);
}
