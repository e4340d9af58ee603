import { type DragEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { installedAgreement } from '../installed-agreement.ts';
import { servedPolicy } from '../log-source.ts';
import { timeInWords } from '../served-books.ts';
import { text } from './messages/en.ts';
import { type Against, type Check, type Given, type Verdict, verdictsOf } from './verdict.ts';
import './verify.css';

/** A receipt with its words and a proof is well below this. */
const MOST_FILE = 4_000_000;

/** What this server names, asked for before any file is chosen, so that no request can tell of one. */
type Served = Pick<Against, 'policy' | 'policyFrom' | 'agreements'>;
const NOTHING: Served = { policy: null, policyFrom: null, agreements: [] };

/** Drop a receipt or a proof: what holds and what not, in words. */
export default function VerifyPage(): ReactNode {
  const [verdicts, setVerdicts] = useState<Verdict[]>([]);
  const [said, setSaid] = useState('');
  const served = useRef<Promise<Served>>(Promise.resolve(NOTHING));
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    served.current = askServed().catch(() => NOTHING);
  }, []);

  async function take(list: FileList | null): Promise<void> {
    const files = [...(list ?? [])];
    const large = files.find(({ size }) => size > MOST_FILE);
    setSaid(large ? text.tooLarge(large.name) : '');
    if (files.length === 0 || large) return;
    const given: Given[] = await Promise.all(
      files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    const against: Against = {
      ...(await served.current),
      now: Date.now(),
      subtle: crypto.subtle,
      when: timeInWords,
    };
    setVerdicts(await verdictsOf(given, against));
  }

  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
      <p className="notice">
        {text.local} {text.convenience}
      </p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same for who does not drag */}
      <div
        className="drop"
        onDragOver={(event: DragEvent) => event.preventDefault()}
        onDrop={(event: DragEvent) => {
          event.preventDefault();
          void take(event.dataTransfer.files);
        }}
      >
        <p className="soft">{text.drop}</p>
        <button type="button" className="button" onClick={() => input.current?.click()}>
          {text.choose}
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          data-pick="verify"
          onChange={(event) => {
            void take(event.target.files);
            event.target.value = '';
          }}
        />
      </div>
      <p role="status">{said}</p>
      <div aria-live="polite">
        {verdicts.map((verdict) => (
          <OneVerdict key={verdict.title} {...verdict} />
        ))}
      </div>
    </>
  );
}

function OneVerdict({ title, checks, says }: Verdict): ReactNode {
  return (
    <section className="panel verdict">
      <h2>{title}</h2>
      <ul className="checks">
        {checks.map((check) => (
          <li key={check.words} className={`check ${markOf(check)}`}>
            <strong>{MARKS[markOf(check)]}</strong> <span className="long">{check.words}</span>
          </li>
        ))}
      </ul>
      {says.map(({ heading, sentences }) => (
        <section key={heading}>
          <h3>{heading}</h3>
          <ul>
            {sentences.map((sentence) => (
              <li key={sentence} className="long">
                {sentence}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

const MARKS = { holds: text.holdsMark, fails: text.failsMark, unchecked: text.uncheckedMark };

function markOf({ holds }: Check): keyof typeof MARKS {
  return holds === null ? 'unchecked' : holds ? 'holds' : 'fails';
}

async function askServed(): Promise<Served> {
  const [rules, uses, installed] = await Promise.all([
    servedPolicy('rules', { quorum: true }),
    servedPolicy('uses', { quorum: true }),
    installedAgreement(),
  ]);
  return {
    policy: { ...rules, logs: [...rules.logs, ...uses.logs] },
    policyFrom: 'served',
    agreements: installed ? [new TextEncoder().encode(installed.document)] : [],
  };
}
