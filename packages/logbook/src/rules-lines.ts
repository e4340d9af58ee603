import type { RulesAct, RulesState } from '@aboveboard/consent/rules-state';
import type { RulesStatement } from '@aboveboard/consent/rules-statement';
import type { LineKind, LogLine } from './log-line.ts';
import type { Messages } from './messages/en.ts';

/** What each entry of the rules log did, in words. Made from the replayed state, so no words without effect. */
export function rulesLines(state: Pick<RulesState, 'acts'>, messages: Messages): LogLine[] {
  return state.acts.map((act) => ({
    first: act.index,
    last: act.index,
    own: false,
    ...said(act, messages),
  }));
}

type Said = Pick<LogLine, 'at' | 'kind' | 'words' | 'detail'>;

function said(act: RulesAct, messages: Messages): Said {
  const { rules, who } = messages;
  switch (act.kind) {
    case 'document':
      return line('rules', rules.document(act.version), act.digest);
    case 'signature': {
      const words = act.adopted ? rules.adopted : rules.signed;
      return line('rules', words(who(act.roles), act.version), act.digest);
    }
    case 'statement':
      return stated(act.statement, who(act.roles), messages);
    case 'not-understood':
      return line('stop', rules.notUnderstood(who(act.roles)), null);
    case 'ignored':
      return line('ignored', rules.ignored(act.reason), null);
  }
}

/** What a statement says, in one sentence; `who` says it. */
export function statementLine(statement: RulesStatement, who: string, messages: Messages): string {
  return stated(statement, who, messages).words;
}

function stated(statement: RulesStatement, who: string, { rules }: Messages): Said {
  switch (statement.kind) {
    case 'agreement':
      return line('rules', rules.signed(who, statement.version), statement.digest);
    case 'revocation':
      return line('stop', rules.revoked(who, statement.version), statement.digest);
    case 'suspension':
      return { ...line('stop', rules.suspended(who, statement.reason), null), at: statement.at };
    case 'tokens':
      return line('objection', rules.tokens(who, statement.issued), statement.key);
    case 'enrolment':
      return line('rules', rules.enrolment(who, statement.issued), statement.key);
    case 'halves':
      return line('rules', rules.halves(who), null);
    case 'policy':
      return line('rules', rules.policy(who), null);
    case 'objections': {
      const targets = statement.targets.map(({ target, count }) => rules.target(target, count));
      return line(
        'objection',
        rules.objections(who, statement.spent, statement.issued),
        targets.join('; ') || null,
      );
    }
    case 'build': {
      const words = statement.state === 'listed' ? rules.listed : rules.withdrawn;
      return line('rules', words(who, statement.name, statement.version), statement.digest);
    }
    case 'breach':
      return { ...line('stop', rules.breach(who), statement.digest), at: statement.at };
  }
}

function line(kind: LineKind, words: string, detail: string | null): Said {
  return { at: null, kind, words, detail };
}
