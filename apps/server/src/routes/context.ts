import type { HttpBindings } from '@hono/node-server';
import type { AskingPrincipal } from '../access/decision.ts';
import type { Who } from '../identity/identity.ts';
import type { Principal } from '../identity/principal.ts';

/** What every handler finds in Hono's context. */
export type Env = {
  /** `relayed`: it came in a cell. */
  Bindings: HttpBindings & { relayed?: true };
  Variables: {
    /** Set by `requireRole`: the one who asks. */
    who: Who;
    /** Set with it: the same, with her session and when she last showed that it is she. */
    principal: Principal;
    /** The same as the policies see her: under the id that log and grants have. */
    asking: AskingPrincipal;
  };
};
