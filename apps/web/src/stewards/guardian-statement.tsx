import { parseStatement, type RulesStatement } from '@aboveboard/consent/rules-statement';
import { type ReactNode, useId, useState } from 'react';
import { Act } from './act.tsx';
import { text } from './messages/en.ts';
import { type ActProps, signForParty } from './stop-acts.tsx';

const say = text.act.guardian;
/** The longest statement of counts, with room. */
const MOST = 65_535;

/**
 * What the representative's guardian dealt and counted: codes, tokens and objections (T2, T23). The guardian writes the statement
 * and has no key of hers; she reads it, signs it here and enters it. All else has an act of its own.
 */
export function GuardianStatement(props: ActProps): ReactNode {
  const [given, setGiven] = useState('');
  const id = useId();
  // Pasting may lose the line feed at the end, or bring spaces along.
  const parsed = parseStatement(`${given.slice(0, MOST).trim().replace(/\r\n/g, '\n')}\n`);
  const statement = parsed.ok && isGuardians(parsed.value) ? parsed.value : null;
  return (
    <Act
      title={say.title}
      what={statement === null ? say.what : inWords(statement)}
      undo={say.undo}
      button={say.button}
      disabled={statement === null}
      onDone={(entry) => {
        setGiven('');
        props.onDone(entry);
      }}
      act={async () => (statement ? signForParty(statement, props) : { problem: say.bad, faults: [] })}
    >
      <div className="draft-field">
        <label htmlFor={id}>{say.paste}</label>
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
          {given !== '' && statement === null && say.bad}
        </p>
      </div>
      {props.unlock}
    </Act>
  );
}

const GUARDIANS = ['enrolment', 'tokens', 'halves', 'objections'] as const;
type Guardians = Extract<RulesStatement, { kind: (typeof GUARDIANS)[number] }>;

function isGuardians(statement: RulesStatement): statement is Guardians {
  return GUARDIANS.some((kind) => kind === statement.kind);
}

function inWords(statement: Guardians): string {
  switch (statement.kind) {
    case 'enrolment':
      return say.enrolment(statement.issued);
    case 'tokens':
      return say.tokens(statement.version, statement.issued);
    case 'halves':
      return say.halves;
    case 'objections':
      return say.objections(statement.version, statement.spent, statement.issued);
  }
}
