import type { HttpBindings } from '@hono/node-server';
import type { Who } from '../identity/identity.ts';

/** What every handler finds in Hono's context. */
export type Env = {
  Bindings: HttpBindings;
  Variables: {
    /** Set by `requireRole`: the one who asks. */
    who: Who;
  };
};
