import { OpenAPIHono } from '@hono/zod-openapi';
import { Refusal } from '../refusal.ts';
import type { Env } from './context.ts';

/** A router whose faults of form are told all at once, with the place of each and nothing of the content. */
export function makeRouter() {
  return new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return;
      const faults = result.error.issues.slice(0, 100).map((issue) => ({
        rule: 'UPL4',
        at: issue.path.join('.') || result.target,
        message: issue.code === 'invalid_type' ? `${issue.expected} expected` : plainMessage(issue),
      }));
      throw new Refusal('malformed', 'What was sent does not have the form that this route takes.', {
        faults,
      });
    },
  });
}

/** Messages of zod name keys and choices; those of unknown keys would quote what was sent. */
function plainMessage(issue: { code: string; message: string }): string {
  return issue.code === 'unrecognized_keys' ? 'a field that does not belong here' : issue.message;
}
