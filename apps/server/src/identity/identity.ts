import type { Role } from '@aboveboard/protocol/installation';

/** Who asks, by role and by what she is known by; it names nobody. `Principal` says more. */
export type Who = { role: Role; handle: string };
