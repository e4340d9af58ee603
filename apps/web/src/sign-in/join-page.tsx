import type { AccountClaim, RegistrationChallenge, SignInWays } from '@aboveboard/protocol/staff';
import { type FormEvent, type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { text } from './messages/en.ts';
import { PartySignature, type SignStatement } from './party-signature.tsx';
import { staff } from './staff-client.ts';

const say = text.join;
type Kind = keyof typeof say.kinds;

/** Where an invitation becomes an account, and a recovery code gives one back (IDN10, IDN11, IDN51, IDN52). */
export default function JoinPage({ onSignedIn }: { onSignedIn: () => void }): ReactNode {
  const [claim, setClaim] = useState<AccountClaim | null>(null);
  const [challenge, setChallenge] = useState<RegistrationChallenge | null>(null);
  const [recoveryCode, setRecoveryCode] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function begin(asked: AccountClaim): Promise<void> {
    setProblem(null);
    try {
      setChallenge(await staff.claim(asked));
      setClaim(asked);
    } catch (error) {
      setProblem((error as Error).message);
    }
  }

  if (recoveryCode !== null) {
    return (
      <>
        <h1>{say.done}</h1>
        <p>{say.keep}</p>
        <p>
          <strong>
            <code data-recovery>{recoveryCode}</code>
          </strong>
        </p>
        <div className="buttons">
          <button type="button" className="button" onClick={onSignedIn}>
            {say.go}
          </button>
        </div>
      </>
    );
  }
  return (
    <>
      <h1>{say.title}</h1>
      <p>{say.lead}</p>
      {claim && challenge ? (
        <MakePasskey
          claim={claim}
          challenge={challenge}
          onMade={setRecoveryCode}
          onProblem={(said) => {
            setProblem(said);
            setChallenge(null);
          }}
        />
      ) : (
        <ClaimForm onClaim={begin} />
      )}
      {problem && (
        <p role="alert" className="notice danger">
          {problem}
        </p>
      )}
    </>
  );
}

function ClaimForm({ onClaim }: { onClaim: (claim: AccountClaim) => Promise<void> }): ReactNode {
  const [kind, setKind] = useState<Kind>('invitation');
  const [first, setFirst] = useState('');
  const [second, setSecond] = useState('');
  const [busy, setBusy] = useState(false);
  const id = useId();
  const isHalves = kind === 'recoveryHalves';

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    await onClaim(
      kind === 'invitation'
        ? { invitation: first }
        : kind === 'recoveryCode'
          ? { recoveryCode: first }
          : { recoveryHalves: [first, second] },
    );
    setBusy(false);
  }

  return (
    <form onSubmit={(event) => void send(event)}>
      <label htmlFor={`${id}-kind`}>{say.what}</label>
      <select id={`${id}-kind`} value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
        {(Object.keys(say.kinds) as Kind[]).map((one) => (
          <option key={one} value={one}>
            {say.kinds[one]}
          </option>
        ))}
      </select>
      <Code id={`${id}-1`} label={isHalves ? say.half[0] : say.code} value={first} onChange={setFirst} />
      {isHalves && <Code id={`${id}-2`} label={say.half[1]} value={second} onChange={setSecond} />}
      <div className="buttons">
        <button type="submit" className="button" disabled={busy || !first || (isHalves && !second)}>
          {say.next}
        </button>
      </div>
    </form>
  );
}

function Code(props: {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
}): ReactNode {
  return (
    <>
      <label htmlFor={props.id}>{props.label}</label>
      <input
        id={props.id}
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </>
  );
}

function MakePasskey(props: {
  claim: AccountClaim;
  challenge: RegistrationChallenge;
  onMade: (recoveryCode: string) => void;
  onProblem: (said: string) => void;
}): ReactNode {
  const { claim, challenge, onMade, onProblem } = props;
  const { role, statement } = challenge;
  const sign = useRef<SignStatement | null>(null);
  const onReady = useCallback((ready: SignStatement) => {
    sign.current = ready;
  }, []);
  const [ways, setWays] = useState<SignInWays | null>(null);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const isNew = 'invitation' in claim;
  useEffect(() => {
    staff.ways().then(setWays, () => setWays(null));
  }, []);

  /** Undefined: nothing needs to be signed, or she signs later; null: it must be, and was not. */
  async function noteOf(): Promise<string | undefined | null> {
    if (statement === null) return undefined;
    const note = (await sign.current?.(statement)) ?? null;
    return note === null && !isNew ? undefined : note;
  }

  async function by(act: (note: string | undefined) => Promise<void>): Promise<void> {
    setBusy(true);
    setSaid('');
    const note = await noteOf();
    if (note === null) setSaid(say.wrongKey);
    else {
      await act(note).catch((error: Error) =>
        onProblem(error.name === 'ApiError' ? error.message : text.ways.no),
      );
    }
    setBusy(false);
  }

  async function make(note: string | undefined): Promise<void> {
    const { recoveryCode } = await staff.open(claim, challenge, note);
    onMade(recoveryCode ?? '');
  }

  async function goToProvider(note: string | undefined): Promise<void> {
    if (!('invitation' in claim)) return;
    const asked = challenge.options['challenge'] as string;
    await staff.goToProvider({
      invitation: claim.invitation,
      ...(note === undefined ? {} : { signed: { challenge: asked, note } }),
    });
  }

  return (
    <section className="panel">
      <h2>{say.before(text.roles[role])}</h2>
      {!isNew && <p className="notice warn">{say.recovering}</p>}
      {statement !== null && (
        <>
          <p>{isNew ? say.sign : say.signRecovery}</p>
          <PartySignature role={role} statement={statement} onReady={onReady} />
        </>
      )}
      <div className="buttons">
        <button type="button" className="button" disabled={busy} onClick={() => void by(make)}>
          {say.make}
        </button>
        {ways?.provider && isNew && role !== 'representative' && (
          <button
            type="button"
            className="button plain"
            disabled={busy}
            onClick={() => void by(goToProvider)}
          >
            {say.provider}
          </button>
        )}
      </div>
      <p role="status">{said}</p>
    </section>
  );
}
