import type { Agreement, PartyRole } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { concernReasons, concernWords } from '@aboveboard/consent/messages/en-concerns';
import type { About } from '@aboveboard/protocol/installation';
import { type ReactNode, useCallback, useRef, useState } from 'react';
import { client } from '../client.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { saveBytes } from '../save-bytes.ts';
import { servedRules } from '../served-books.ts';
import { Act, outcomeOf } from './act.tsx';
import { AgreementComparison, AgreementReading } from './agreement-reading.tsx';
import { blankDraft, type Draft, draftConcerns, draftOfText, nextDraft, readDraft } from './draft.ts';
import { DraftForm } from './draft-form.tsx';
import { keepDraft, keptDraft } from './draft-store.ts';
import { keptKey } from './key-store.ts';
import { text } from './messages/en.ts';
import type { SealedKey } from './party-key.ts';
import './stewards.css';

const say = text.draft;
const VIEWS = ['write', 'read', 'compare', 'forward'] as const;
/** Larger than any document of a log's entry. */
const MOST_FILE = 1_000_000;

type Known = { inForce: Agreement | null; kept: SealedKey | null };
type Props = { party: PartyRole; about: About };

/** Where a version of the agreement is written, read as others will read it, and put forward. */
export default function DraftPage(props: Props): ReactNode {
  const { party } = props;
  const load = useCallback(async (): Promise<Known> => {
    const [book, kept] = await Promise.all([servedRules(), keptKey(party).catch(() => null)]);
    return { inForce: book.state.standing.version?.agreement ?? null, kept };
  }, [party]);
  const [loading, reload] = useLoaded(load);
  return (
    <>
      <h1>{say.title}</h1>
      <p>{say.lead}</p>
      <Loaded of={loading} retry={reload}>
        {(known) => <DraftDesk {...props} {...known} />}
      </Loaded>
    </>
  );
}

function DraftDesk({ party, about, inForce, kept }: Props & Known): ReactNode {
  const [draft, setDraft] = useState<Draft | null>(keptDraft);
  const [view, setView] = useState<(typeof VIEWS)[number]>('write');
  const [isChecked, setIsChecked] = useState(false);
  const [said, setSaid] = useState('');
  const [isKept, setIsKept] = useState(true);
  /** What was thrown away or replaced: until the page is left it can come back. */
  const [before, setBefore] = useState<Draft | null>(null);
  const file = useRef<HTMLInputElement>(null);

  function change(next: Draft | null): void {
    setDraft(next);
    setIsKept(keepDraft(next));
  }
  async function open(chosen: File): Promise<void> {
    const opened = chosen.size <= MOST_FILE ? draftOfText(await chosen.text()) : null;
    setSaid(opened ? say.opened(chosen.name) : say.notAFile(chosen.name));
    if (!opened) return;
    setIsChecked(true);
    setView('write');
    setBefore(draft);
    change(opened);
  }

  const read = draft && readDraft(draft);
  const faults = read && !read.ok ? read.faults : [];
  return (
    <>
      {!draft && <p className="notice">{say.begin}</p>}
      <div className="buttons">
        {!draft && (
          <button
            type="button"
            className="button"
            onClick={() => change(blankDraft(about.installation, Date.now()))}
          >
            {say.beginBlank}
          </button>
        )}
        {!draft && inForce && (
          <button type="button" className="button" onClick={() => change(nextDraft(inForce))}>
            {say.beginNext(inForce.version)}
          </button>
        )}
        <button type="button" className="button plain" onClick={() => file.current?.click()}>
          {say.open}
        </button>
        {before && (
          <button
            type="button"
            className="button plain"
            onClick={() => {
              setSaid('');
              setBefore(draft);
              change(before);
            }}
          >
            {say.back}
          </button>
        )}
        {draft && (
          <>
            <button
              type="button"
              className="button plain"
              onClick={() => saveBytes('agreement-draft.json', `${JSON.stringify(draft, null, 2)}\n`)}
            >
              {say.save}
            </button>
            <button
              type="button"
              className="button plain"
              onClick={() => {
                setBefore(draft);
                change(null);
                setSaid(say.dropped);
              }}
            >
              {say.drop}
            </button>
          </>
        )}
      </div>
      <input
        ref={file}
        type="file"
        hidden
        data-pick="draft"
        accept="application/json,.json"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          if (chosen) void open(chosen);
          event.target.value = '';
        }}
      />
      <p role="status">{said}</p>
      {!isKept && (
        <p role="alert" className="notice danger">
          {say.unsaved}
        </p>
      )}
      {draft && read && (
        <>
          <fieldset className="choice views">
            <legend>{say.view}</legend>
            {VIEWS.map((one) => (
              <label key={one}>
                <input type="radio" name="view" checked={view === one} onChange={() => setView(one)} />{' '}
                {say.views[one]}
              </label>
            ))}
          </fieldset>
          <p role="status" className={read.ok ? 'notice' : 'notice warn'}>
            {say.faults(faults.length)}
          </p>
          {!read.ok && !isChecked && view === 'write' && (
            <div className="buttons">
              <button type="button" className="button plain" onClick={() => setIsChecked(true)}>
                {say.check}
              </button>
            </div>
          )}
          {view !== 'forward' && <Concerns draft={draft} />}
          {view === 'write' ? (
            <DraftForm
              draft={draft}
              faults={isChecked ? faults : []}
              own={kept && { party, keys: kept.verifierKeys }}
              onChange={change}
            />
          ) : read.ok ? (
            <Whole agreement={read.value} view={view} inForce={inForce} />
          ) : (
            <p>{say.notYet}</p>
          )}
        </>
      )}
    </>
  );
}

/** What the draft opens that somebody should look at again: shown while it is written, and never in the way. */
function Concerns({ draft }: { draft: Draft }): ReactNode {
  const concerns = draftConcerns(draft);
  if (concerns.length === 0) return null;
  return (
    <section className="notice warn" aria-labelledby="concerns">
      <h2 id="concerns">{concernWords.heading}</h2>
      <p>{concernWords.lead}</p>
      <ul>
        {concerns.map(({ rule, app, selector }) => (
          <li key={`${app} ${selector} ${rule}`}>{concernWords.line(app, selector, concernReasons[rule])}</li>
        ))}
      </ul>
    </section>
  );
}

/** What can be done with a draft that is an agreement. */
function Whole(props: {
  agreement: Agreement;
  view: 'read' | 'compare' | 'forward';
  inForce: Agreement | null;
}): ReactNode {
  const { agreement, view, inForce } = props;
  if (view === 'read') {
    return (
      <>
        <p>{say.readLead}</p>
        <AgreementReading agreement={agreement} level={2} />
      </>
    );
  }
  if (view === 'compare') {
    return inForce ? (
      <AgreementComparison older={inForce} newer={agreement} level={2} />
    ) : (
      <p>{say.nothingInForce}</p>
    );
  }
  const { version } = agreement;
  return (
    <Act
      title={text.act.forward.title}
      what={text.act.forward.what(version)}
      undo={text.act.forward.undo}
      button={text.act.forward.button(version)}
      act={() => outcomeOf(client.enterRules(canonicalBytes(agreement)))}
    />
  );
}
