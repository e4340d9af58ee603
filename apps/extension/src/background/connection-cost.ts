import { isLoopback } from '../wire/server-address.ts';

/**
 * Whether bytes may cost here (T17): `none` on this computer itself and where the browser names a kind of
 * connection that is not metered, `metered` where it says that data is to be saved or that it is a mobile one, and
 * `unknown` where it says nothing, as Chromium does on most desktops (docs/limits.md).
 */
export type ConnectionCost = 'none' | 'unknown' | 'metered';

export type ToldConnection = { type?: string | undefined; saveData?: boolean | undefined } | undefined;

export function connectionCost(server: string | null, told: ToldConnection): ConnectionCost {
  if (server && isLoopback(new URL(server).hostname)) return 'none';
  if (told?.saveData || told?.type === 'cellular' || told?.type === 'wimax') return 'metered';
  return told?.type === 'ethernet' || told?.type === 'wifi' ? 'none' : 'unknown';
}

/** `now`: she said that this release may use the connection. That counts where the browser says nothing. */
export function mayUpload(cost: ConnectionCost, now: boolean): boolean {
  return cost === 'none' || (cost === 'unknown' && now);
}

export function presentCost(server: string | null): ConnectionCost {
  return connectionCost(server, (navigator as { connection?: ToldConnection }).connection);
}
