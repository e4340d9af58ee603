import type { RelayedRequest } from '@aboveboard/protocol/relayed';
import type { ServerLimits } from '../limits.ts';

/**
 * Bodies that come in pieces over many cells (RLY13). In memory only and bounded: only who has a session may
 * leave something here, and little of it; what is forgotten is sent again.
 */
export type Transfers = {
  /** The whole body once the last piece is there; otherwise from where it is awaited. */
  take(request: RelayedRequest): Promise<{ body: Uint8Array } | { awaited: number }>;
};

type Transfer = { owner: string; what: string; bytes: Uint8Array; received: number; at: number };

/** Across a night and a weekend a device is off; its transfer may be forgotten then. */
const OLDEST_MS = 6 * 3_600_000;

export function makeTransfers(parts: {
  limits: Pick<ServerLimits, 'relayedBytes' | 'relayedTransfersPerSession'>;
  /** Whether a token is that of a session. */
  isKnown: (token: string) => Promise<boolean>;
  now: () => number;
}): Transfers {
  const { limits, isKnown, now } = parts;
  const open = new Map<string, Transfer>();
  let held = 0;

  function forget(key: string): void {
    held -= open.get(key)?.bytes.length ?? 0;
    open.delete(key);
  }

  /** Makes room for a new one of this owner, at the cost of what is old or her own. */
  function hasRoom(owner: string, bytes: number): boolean {
    const before = now() - OLDEST_MS;
    for (const [key, { at }] of open) if (at < before) forget(key);
    const own = [...open].filter(([, transfer]) => transfer.owner === owner);
    const tooMany = own.length - limits.relayedTransfersPerSession + 1;
    for (const [key] of own.slice(0, Math.max(0, tooMany))) forget(key);
    return held + bytes <= limits.relayedBytes;
  }

  return {
    async take(request) {
      const { token, from, total, body, method, path, type } = request;
      if (from === 0 && body.length === total) return { body };
      if (token === '' || !(await isKnown(token))) return { awaited: 0 };
      const key = Buffer.from(request.transfer).toString('hex');
      const what = `${method} ${type} ${path}`;
      const known = open.get(key);
      const isSame = known?.owner === token && known.what === what && known.bytes.length === total;
      if (known && !isSame) return { awaited: 0 };
      if (!known && (from > 0 || !hasRoom(token, total))) return { awaited: 0 };
      const transfer = known ?? { owner: token, what, bytes: new Uint8Array(total), received: 0, at: 0 };
      if (!known) {
        open.set(key, transfer);
        held += total;
      }
      // A piece whose answer was lost comes again: it says the same and is not counted twice.
      if (from > transfer.received) return { awaited: transfer.received };
      transfer.bytes.set(body, from);
      transfer.received = Math.max(transfer.received, from + body.length);
      transfer.at = now();
      if (transfer.received < total) return { awaited: transfer.received };
      forget(key);
      return { body: transfer.bytes };
    },
  };
}
