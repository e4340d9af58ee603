import { createHash } from 'node:crypto';
import { ROLES, type Role } from '@aboveboard/protocol/installation';
import {
  type EntityJson,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  schemaToJson,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import { type PolicyHead, policiesByAction, type SchemaActions } from './policies-by-action.ts';

/**
 * The one place that decides (T13, T14; spec/access.md, ACC1-ACC8). Cedar skips a policy that meets an error and
 * goes on with the rest; here an allow counts only if there was no error at all, and whatever can't be evaluated is
 * a deny.
 */
export type Decide = (request: AccessQuestion) => AccessDecision;

export type AccessQuestion = {
  principal: AskingPrincipal;
  action: string;
  resource: AskedResource;
  context?: Readonly<Record<string, unknown>>;
};
/** `probe`: an account of the guardian's probe, which has a role and may do nothing with it (ACC72). */
export type AskingPrincipal = { role: PrincipalRole; id: string; steppedUp: boolean; probe?: boolean };
export type PrincipalRole = Role | 'nobody' | 'server';
export type AskedResource =
  | { type: 'Installation'; kind: string }
  | { type: 'Recording'; id: string; class: string; held: boolean }
  | { type: 'Grant'; id: string; asker: string; state: 'waiting' | 'holds' | 'ended' }
  | { type: 'Access'; id: string; owner: string };

export type AccessDecision = {
  allowed: boolean;
  /** Names of the policies that allowed or forbade; empty: none spoke, or it could not be decided. */
  because: readonly string[];
};

export type PolicyFile = { name: string; text: string };

const DENIED: AccessDecision = Object.freeze({ allowed: false, because: Object.freeze([]) });
const CEDAR_ROLES: Readonly<Record<PrincipalRole, string>> = {
  contributor: 'contributor',
  researcher: 'researcher',
  operator: 'operator',
  representative: 'representative',
  dpo: 'officer',
  employer: 'employer',
  nobody: 'nobody',
  server: 'server',
};
export const PRINCIPAL_ROLES: readonly PrincipalRole[] = ['nobody', ...ROLES, 'server'];

/** Throws when schema or policies do not parse, do not fit each other, or draw a warning: a server without rules starts not. */
export function makeDecide(schema: string, files: readonly PolicyFile[]): Decide {
  const policies = namedPolicies(files);
  requireValid(schema, policies);
  const name = createHash('sha256')
    .update(JSON.stringify([schema, policies]))
    .digest('hex');
  requireSuccess(preparseSchema(name, schema));
  const sets = setsByAction(name, policies, schemaActions(schema));

  return (question) => {
    try {
      const { principal, action, resource, context = {} } = question;
      const set = sets.get(action);
      if (set === undefined || !Object.hasOwn(CEDAR_ROLES, principal.role)) return DENIED;
      const role = CEDAR_ROLES[principal.role];
      const account = accountUid(principal.id);
      const asked = resourceEntity(resource);
      const answer = statefulIsAuthorized({
        principal: account,
        action: { type: 'Action', id: action },
        resource: asked.uid,
        context: context as Record<string, never>,
        preparsedSchemaName: name,
        validateRequest: true,
        preparsedPolicySetId: set,
        entities: [
          {
            uid: account,
            attrs: { steppedUp: principal.steppedUp, probe: principal.probe ?? false },
            parents: [{ type: 'Role', id: role }],
          },
          asked,
        ],
      });
      if (answer.type !== 'success') return DENIED;
      const { decision, diagnostics } = answer.response;
      if (diagnostics.errors.length > 0 || answer.warnings.length > 0) return DENIED;
      return { allowed: decision === 'allow', because: diagnostics.reason };
    } catch {
      return DENIED;
    }
  };
}

/** For context: an account as the policies compare it. */
export function accountUid(id: string): { type: 'Account'; id: string } {
  return { type: 'Account', id };
}

function resourceEntity(resource: AskedResource): EntityJson & { uid: { type: string; id: string } } {
  switch (resource.type) {
    case 'Installation':
      return { uid: { type: 'Installation', id: 'here' }, attrs: { kind: resource.kind }, parents: [] };
    case 'Recording': {
      const attrs = { class: resource.class, held: resource.held };
      return { uid: { type: 'Recording', id: resource.id }, attrs, parents: [] };
    }
    case 'Grant': {
      const attrs = { asker: { __entity: accountUid(resource.asker) }, state: resource.state };
      return { uid: { type: 'Grant', id: resource.id }, attrs, parents: [] };
    }
    case 'Access': {
      const attrs = { owner: { __entity: accountUid(resource.owner) } };
      return { uid: { type: 'Access', id: resource.id }, attrs, parents: [] };
    }
  }
}

/** By the `@id` of each; a policy without one, or with another's, is an error. */
function namedPolicies(files: readonly PolicyFile[]): Record<string, string> {
  const policies: Record<string, string> = {};
  for (const { name, text } of files) {
    const parts = requireSuccess(policySetTextToParts(text));
    if (parts.policy_templates.length > 0) throw new Error(`The access policies in ${name} hold a template`);
    for (const policy of parts.policies) {
      const { json } = requireSuccess(policyToJson(policy));
      const id = json.annotations?.['id'];
      if (!id || Object.hasOwn(policies, id))
        throw new Error(`The access policies in ${name} hold one without a name of its own`);
      policies[id] = policy;
    }
  }
  return policies;
}

/** Each policy under the actions that it can speak about, read once. */
function setsByAction(
  name: string,
  policies: Record<string, string>,
  actions: SchemaActions,
): Map<string, string> {
  const heads = Object.entries(policies).map(([id, text]) => {
    const { action } = requireSuccess(policyToJson(text)).json;
    return { id, action: action as PolicyHead['action'] };
  });
  const sets = [...policiesByAction(heads, actions)].map(([action, ids]) => {
    const set = `${name} ${action}`;
    const staticPolicies = Object.fromEntries(ids.map((id) => [id, policies[id] ?? '']));
    requireSuccess(preparsePolicySet(set, { staticPolicies }));
    return [action, set] as const;
  });
  return new Map(sets);
}

/** Every action that the schema knows. */
export function actionsOf(schema: string): string[] {
  return Object.keys(schemaActions(schema));
}

function schemaActions(schema: string): SchemaActions {
  const { json } = requireSuccess(schemaToJson(schema));
  return Object.assign({}, ...Object.values(json).map(({ actions }) => actions)) as SchemaActions;
}

function requireValid(schema: string, staticPolicies: Record<string, string>): void {
  const answer = requireSuccess(validate({ schema, policies: { staticPolicies } }));
  const wrong = [...answer.validationErrors, ...answer.validationWarnings].map(
    ({ policyId, error }) => `${policyId}: ${error.message}`,
  );
  wrong.push(...answer.otherWarnings.map(({ message }) => message));
  if (wrong.length > 0) throw new Error(`The access policies do not hold:\n  ${wrong.join('\n  ')}`);
}

type Answer = { type: 'success' } | { type: 'failure'; errors: readonly { message: string }[] };
function requireSuccess<T extends Answer>(answer: T): Extract<T, { type: 'success' }> {
  if (answer.type === 'success') return answer as Extract<T, { type: 'success' }>;
  const { errors } = answer as Extract<Answer, { type: 'failure' }>;
  throw new Error(`The access policies can not be read: ${errors.map(({ message }) => message).join('; ')}`);
}
