import { createHash, createPrivateKey, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

/**
 * What one account of the probe signs in with: a passkey of one P-256 key that the guardian holds itself, in the form in which
 * authenticators speak (WebAuthn level 3, 6.1 and 6.5.1; no attestation). It proves that nobody sits there, which is
 * enough for an account that no door opens for.
 */
export type ProbePasskey = {
  /** base64url. */
  id: string;
  /** PEM, PKCS #8. */
  key: string;
  /** How often it has signed in; each time must be more. */
  counter: number;
};

/** The site's own origin; its host is what the passkey is for. */
type Asked = { options: Record<string, unknown>; origin: string };

export function makeProbePasskey(): ProbePasskey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { id: randomBytes(32).toString('base64url'), key, counter: 0 };
}

const PRESENT_AND_VERIFIED = 0x05;
const WITH_KEY = 0x40;

/** The answer to a registration's options. */
export function registered(passkey: ProbePasskey, { options, origin }: Asked): object {
  const data = authenticatorData(passkey, origin, PRESENT_AND_VERIFIED | WITH_KEY, credentialData(passkey));
  const attestationObject = cbor(
    new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', data],
    ]),
  );
  return answer(passkey, {
    clientDataJSON: clientData('webauthn.create', options, origin).toString('base64url'),
    attestationObject: attestationObject.toString('base64url'),
  });
}

/** The answer to a sign-in's options; `passkey` has counted already. */
export function asserted(passkey: ProbePasskey, { options, origin }: Asked): object {
  const data = authenticatorData(passkey, origin, PRESENT_AND_VERIFIED, Buffer.alloc(0));
  const client = clientData('webauthn.get', options, origin);
  const signature = createSign('sha256')
    .update(Buffer.concat([data, createHash('sha256').update(client).digest()]))
    .sign(createPrivateKey(passkey.key));
  return answer(passkey, {
    clientDataJSON: client.toString('base64url'),
    authenticatorData: data.toString('base64url'),
    signature: signature.toString('base64url'),
  });
}

function answer({ id }: ProbePasskey, response: object): object {
  return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
}

function clientData(type: string, options: Record<string, unknown>, origin: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge: options['challenge'], origin, crossOrigin: false }));
}

function authenticatorData(passkey: ProbePasskey, origin: string, flags: number, rest: Buffer): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(passkey.counter);
  const site = createHash('sha256').update(new URL(origin).hostname).digest();
  return Buffer.concat([site, Buffer.from([flags]), counter, rest]);
}

function credentialData({ id, key }: ProbePasskey): Buffer {
  const name = Buffer.from(id, 'base64url');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(name.length);
  const { x = '', y = '' } = createPrivateKey(key).export({ format: 'jwk' });
  // COSE: kty EC2, alg ES256, crv P-256.
  const cose = new Map<number, unknown>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x, 'base64url')],
    [-3, Buffer.from(y, 'base64url')],
  ]);
  return Buffer.concat([Buffer.alloc(16), length, name, cbor(cose)]);
}

/** As much of CBOR as this needs: small integers, texts, bytes below 64 KiB, maps. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value);
  if (typeof value === 'string')
    return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([cborHead(2, value.length), value]);
  const entries = [...(value as Map<unknown, unknown>)];
  return Buffer.concat([
    cborHead(5, entries.length),
    ...entries.flatMap(([name, one]) => [cbor(name), cbor(one)]),
  ]);
}

function cborHead(major: number, n: number): Buffer {
  if (n < 24) return Buffer.from([(major << 5) | n]);
  if (n < 256) return Buffer.from([(major << 5) | 24, n]);
  return Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
}
