import type { PartyRole } from '@aboveboard/consent/agreement';
import type { RulesBook } from '@aboveboard/logbook/read-logbook';
import { quorumTime } from '@aboveboard/tlog/policy';
import { type ReactNode, useCallback } from 'react';
import { Link } from 'wouter';
import { installedAgreement } from '../installed-agreement.ts';
import { Loaded, useLoaded, useReturned } from '../loaded.tsx';
import { words } from '../messages/en.ts';
import { type Served, servedRules, timeInWords } from '../served-books.ts';
import { text } from './messages/en.ts';
import { type Finding, overviewOf, type Seen } from './rules-overview.ts';

const say = text.overview;

type Overview = { findings: Finding[]; checked: string[]; isEmpty: boolean };

/** The stewards' first page answers one question: is everything that we agreed still true? */
export function OverviewPanel({ party }: { party: PartyRole }): ReactNode {
  const load = useCallback(async (): Promise<Overview> => {
    const [book, installed] = await Promise.all([servedRules(), installedAgreement()]);
    const seen: Seen = {
      now: Date.now(),
      party,
      quorum: quorumOf(book),
      installed: installed?.digest ?? null,
      when: timeInWords,
    };
    return {
      findings: overviewOf(book.state, seen),
      checked: book.checked,
      isEmpty: book.state.versions.length + book.state.pending.length === 0,
    };
  }, [party]);
  const [loading, reload] = useLoaded(load);
  useReturned(reload);
  return (
    <Loaded of={loading} retry={reload}>
      {({ findings, checked, isEmpty }) => {
        const fine = findings.every((one) => one.fine);
        return (
          <>
            <p role="status" className={fine ? 'notice' : 'notice warn'}>
              <strong>{isEmpty ? say.empty : fine ? say.yes : say.no}</strong>
            </p>
            <dl className="findings">
              {findings.map(({ question, answers, fine: isFine }) => (
                <div key={question} className={isFine ? 'finding' : 'finding attention'}>
                  <dt>{question}</dt>
                  {answers.map((answer) => (
                    <dd key={answer}>{answer}</dd>
                  ))}
                </div>
              ))}
            </dl>
            <div className="buttons">
              <Link href="/sign" className="button">
                {words.pages.sign}
              </Link>
              <Link href="/draft" className="button plain">
                {words.pages.draft}
              </Link>
            </div>
            <details>
              <summary>{say.how}</summary>
              <ul>
                {[...checked, say.convenience].map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </details>
          </>
        );
      }}
    </Loaded>
  );
}

function quorumOf({ policy, opened, quorum }: Served<RulesBook>): Seen['quorum'] {
  if (policy.quorum === null) return null;
  const { witnesses } = opened.verdict;
  const time = quorum ? quorumTime(policy, witnesses) : null;
  return { names: witnesses.map(({ name }) => name), time: time === null ? null : time * 1000 };
}
