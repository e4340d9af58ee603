import { keysOfChange } from '@aboveboard/consent/policy-change';
import { parseStatement, type RulesStatement } from '@aboveboard/consent/rules-statement';
import { type ReactNode, useId, useState } from 'react';
import { Act } from './act.tsx';
import { text } from './messages/en.ts';
import { type ActProps, signForParty } from './stop-acts.tsx';

const say = text.act.guardian;
/** The longest statement of counts, with room. */
const MOST = 65_535;

/**
 * What was prepared elsewhere and needs a party's signature: by the representative's guardian, which dealt and counted codes, tokens
 * and objections and has no key of hers (T2, T23); by the operator, other keys of the logs and their witnesses, which employer
 * and representative both sign (RUL60). She reads it, signs it here and enters it. All else has an act of its own.
 */
export function PreparedStatement({ party, ...props }: ActProps & { party: Preparing }): ReactNode {
  const [given, setGiven] = useState('');
  const id = useId();
  // Pasting may lose the line feed at the end, or bring spaces along.
  const parsed = parseStatement(`${given.slice(0, MOST).trim().replace(/\r\n/g, '\n')}\n`);
  const statement = parsed.ok && isPrepared(parsed.value, party) ? parsed.value : null;
  return (
    <Act
      title={say.title[party]}
      what={statement === null ? say.what[party] : inWords(statement)}
      undo={statement?.kind === 'policy' ? say.policyUndo : say.undo[party]}
      button={say.button}
      disabled={statement === null}
      onDone={(entry) => {
        setGiven('');
        props.onDone(entry);
      }}
      act={async () => (statement ? signForParty(statement, props) : { problem: say.bad[party], faults: [] })}
    >
      <div className="draft-field">
        <label htmlFor={id}>{say.paste[party]}</label>
        <textarea
          id={id}
          rows={6}
          spellCheck={false}
          value={given}
          aria-invalid={(given !== '' && statement === null) || undefined}
          aria-describedby={`${id}-fault`}
          onChange={(event) => setGiven(event.target.value)}
        />
        <p id={`${id}-fault`} role="status" className="faults">
          {given !== '' && statement === null && say.bad[party]}
        </p>
      </div>
      {props.unlock}
    </Act>
  );
}

const PREPARED = {
  employer: ['policy'],
  representative: ['enrolment', 'tokens', 'halves', 'objections', 'policy'],
} as const;
export type Preparing = keyof typeof PREPARED;
type Prepared = Extract<RulesStatement, { kind: (typeof PREPARED)[Preparing][number] }>;

function isPrepared(statement: RulesStatement, party: Preparing): statement is Prepared {
  return PREPARED[party].some((kind) => kind === statement.kind);
}

function inWords(statement: Prepared): string {
  switch (statement.kind) {
    case 'enrolment':
      return say.enrolment(statement.issued);
    case 'tokens':
      return say.tokens(statement.version, statement.issued);
    case 'halves':
      return say.halves;
    case 'policy': {
      const { gone, come } = keysOfChange(statement);
      return say.policy(gone, come);
    }
    case 'objections':
      return say.objections(statement.version, statement.spent, statement.issued);
  }
}
