import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';

/**
 * The proof that a request comes from the browser whose key a session is bound to (IDN41): a JWS of its own type, made
 * after RFC 9449. Everything in it is chosen by whoever sends it; it says nothing before the signature verifies
 * and the key is the session's.
 */
export type ProvenRequest = {
  /** SHA-256 of the key (RFC 7638), base64url. */
  thumbprint: string;
  /** Random, of this one request. */
  id: string;
};

export type RequestShape = {
  method: string;
  /** As in the `host` header, which is one of this server's. */
  host: string;
  /** Path and query. */
  target: string;
  /** Null: there is no body. */
  body: Uint8Array | null;
};

const TYPE = 'aboveboard-proof+jwt';
const SECONDS = 120;
const LONGEST = 2048;

/** Null: no proof of this request. Milliseconds since the epoch as `now`. */
export async function readProof(
  text: string | undefined,
  request: RequestShape,
  now: number,
): Promise<ProvenRequest | null> {
  if (!text || text.length > LONGEST) return null;
  try {
    const { payload, protectedHeader } = await jwtVerify(text, EmbeddedJWK, {
      typ: TYPE,
      algorithms: ['ES256'],
      currentDate: new Date(now),
      maxTokenAge: SECONDS,
      clockTolerance: SECONDS,
    });
    const { jwk } = protectedHeader;
    const { htm, htu, iat, jti, body } = payload;
    const isThis =
      Object.keys(protectedHeader).length === 3 &&
      htm === request.method &&
      htu === request.host + request.target &&
      body === (request.body === null ? undefined : bodyDigest(request.body));
    const isNow = typeof iat === 'number' && Math.abs(iat - now / 1000) <= SECONDS;
    if (!jwk || !isThis || !isNow || typeof jti !== 'string' || !/^[A-Za-z0-9_-]{22,64}$/.test(jti))
      return null;
    return { thumbprint: await calculateJwkThumbprint(jwk), id: jti };
  } catch {
    // Whatever is wrong with it, it proves nothing.
    return null;
  }
}

export function bodyDigest(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('base64url');
}

/** Proofs that were used, for as long as one is good. */
export type SpentProofs = {
  /** False: this one was used before, or there are too many to remember, so that nobody can say. */
  spend(proof: ProvenRequest): boolean;
};

/** Two generations, each as long as a proof lives, so that nothing has to be looked through. */
export function makeSpentProofs(now: () => number, most = 200_000): SpentProofs {
  const lifetime = 2 * SECONDS * 1000;
  let began = now();
  let current = new Set<string>();
  let before = new Set<string>();
  return {
    spend({ thumbprint, id }) {
      const at = now();
      if (at - began >= lifetime) {
        before = at - began >= 2 * lifetime ? new Set() : current;
        current = new Set();
        began = at;
      }
      const name = `${thumbprint} ${id}`;
      if (current.has(name) || before.has(name) || current.size >= most) return false;
      current.add(name);
      return true;
    },
  };
}
