import type { RandomBytes } from '@aboveboard/vault/part-sealing';

/** What the host gives everything here that draws or hashes. */
export type DeviceMeans = { random: RandomBytes; subtle: SubtleCrypto };
