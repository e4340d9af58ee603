import type { Role } from '@aboveboard/protocol/installation';

/** Who asks. A handle is random and made at redemption; it names nobody and is kept apart from any name. */
export type Who = { role: Role; handle: string };

/** Answers for one request. Passkeys and OIDC come behind the same question. */
export interface Identity {
  /** Null: nobody is signed in. */
  current(): Promise<Who | null>;
}
