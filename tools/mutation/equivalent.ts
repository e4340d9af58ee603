/**
 * Mutants that are the same program in every answer: no test can tell them, and the reason says why. Named by a piece of their
 * line, so that a line may move; what is no longer there is named by nobody. Whoever adds one says what else holds it.
 */
export type EquivalentMutant = { file: string; line: string; was: string; instead?: string; why: string };

const GIVING = 'apps/guardian/src/halves/giving.ts';
const DECISION = 'apps/server/src/access/decision.ts';

export const EQUIVALENT: readonly EquivalentMutant[] = [
  {
    file: DECISION,
    line: 'if (set === undefined || !Object.hasOwn(CEDAR_ROLES, principal.role))',
    was: 'set === undefined || !Object.hasOwn(CEDAR_ROLES, principal.role)',
    instead: 'false',
    why: 'Cedar refuses a set of policies or a role that is no text; the check stands twice',
  },
  {
    file: DECISION,
    line: 'if (set === undefined || !Object.hasOwn(CEDAR_ROLES, principal.role))',
    was: '||',
    why: 'as above',
  },
  {
    file: DECISION,
    line: "if (answer.type !== 'success') return DENIED;",
    was: "answer.type !== 'success'",
    instead: 'false',
    why: 'an answer that is none has no response to read, which throws, which is a deny',
  },
  {
    file: 'apps/server/src/access/asked-for.ts',
    line: 'if (!state) return [];',
    was: '!state',
    instead: 'false',
    why: 'without rules no grant holds, so that nothing is asked for either way',
  },
  {
    file: GIVING,
    line: 'if (error instanceof HalvesRefused) noteRefusal(asked, error);',
    was: 'error instanceof HalvesRefused',
    instead: 'true',
    why: 'of what is no refusal noteRefusal writes nothing, because it has none of the three codes',
  },
  {
    file: GIVING,
    line: "const reading = use.act.kind === 'access'",
    was: "use.act.kind === 'access'",
    instead: 'true',
    why: 'an entry of another kind was refused before (GRT41); the condition is there for the type',
  },
];
