import type { RelayAbout } from '@aboveboard/protocol/installation';
import { ANSWER_BYTES, CELL_BYTES } from '@aboveboard/vault/cell';

/** The one server that this guardian speaks to, at the address that the representative set. */
export type ServerLink = {
  /** Whom cells are sealed to and how often they go; null: the server does not say. */
  about(): Promise<RelayAbout | null>;
  forward(batch: Uint8Array<ArrayBuffer>): Promise<Uint8Array | null>;
  /** The verifier keys of a log, one a line; null: none are served. */
  logKeys(name: string): Promise<string | null>;
  /** A log's checkpoint, tile or bundle (tlog-tiles); null: it is not there. Throws when the server does not say. */
  logFile(name: string, path: string, limit: number): Promise<Uint8Array | null>;
  /** The document of the agreement that the server shows; null: it shows none. */
  installedAgreement(): Promise<string | null>;
};

const ABOUT_MS = 60_000;

export function makeServerLink(server: string, timeoutMilliseconds: number): ServerLink {
  let known: { about: RelayAbout; until: number } | null = null;

  async function call(path: string, init: RequestInit = {}): Promise<Response> {
    // A redirect would take cells to another place than the one that was set.
    return fetch(`${server}${path}`, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
  }

  return {
    async about() {
      if (known && known.until > performance.now()) return known.about;
      try {
        const response = await call('/api/relay');
        const value = (await limited(response, 16 * 1024)).toString('utf8');
        const about = response.ok ? asAbout(JSON.parse(value)) : null;
        if (about) known = { about, until: performance.now() + ABOUT_MS };
        return about;
      } catch {
        return null;
      }
    },
    async logKeys(name) {
      const response = await call(`/log/${name}/vkey`);
      return response.ok ? (await limited(response, 64 * 1024)).toString('utf8') : null;
    },
    async logFile(name, path, limit) {
      const response = await call(`/log/${name}/${path}`);
      if (response.status === 404) return null;
      if (!response.ok) throw new Error('the server does not serve its log');
      return new Uint8Array(await limited(response, limit));
    },
    async installedAgreement() {
      try {
        const response = await call('/api/agreement');
        const value: unknown = JSON.parse((await limited(response, 2 * 1024 * 1024)).toString('utf8'));
        const { document } = (value ?? {}) as { document?: unknown };
        return response.ok && typeof document === 'string' ? document : null;
      } catch {
        return null;
      }
    },
    async forward(batch) {
      const response = await call('/api/relay/batch', {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: batch,
      });
      if (!response.ok) return null;
      return limited(response, (batch.length / CELL_BYTES) * ANSWER_BYTES);
    },
  };
}

/** Reads no more than `most` bytes; throws for a longer body. */
async function limited(response: Response, most: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > most) throw new Error('the server answers with more than it should');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function asAbout(value: unknown): RelayAbout | null {
  const { recipient, periodSeconds } = (value ?? {}) as Partial<RelayAbout>;
  const isSound =
    typeof recipient === 'string' &&
    /^age1pq1[a-z0-9]{1,4000}$/.test(recipient) &&
    Number.isInteger(periodSeconds) &&
    (periodSeconds as number) >= 1 &&
    (periodSeconds as number) <= 86_400;
  return isSound ? { recipient, periodSeconds: periodSeconds as number } : null;
}
