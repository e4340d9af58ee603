import { createHash, randomBytes } from 'node:crypto';
import { type GuardianWord, parseGuardianWord, wordQuestionText } from '@aboveboard/protocol/guardian-word';
import { formatNote, parseNote } from '@aboveboard/tlog/note';
import type { Policy } from '@aboveboard/tlog/policy';
import { signNote, verifyNote } from '@aboveboard/tlog/signed-note';
import { type VerifierKey, verifierKey } from '@aboveboard/tlog/verifier-key';
import { readGuardianAddress } from '../keys/guardian-address.ts';
import { limitedBody } from '../keys/limited-body.ts';
import { logKeys, serverSigners } from '../keys/log-keys.ts';
import type { UsesLog } from '../logs/uses-log.ts';
import { type Entered, enteredFrom, isEntryDue } from './probe-entry.ts';

/** Asks the guardian how it is, and enters in the log of uses what its probe found (spec/controls.md, CTL20-CTL28). */
export type GuardianWatch = {
  /** As it says now. Rejects where nothing is known of it then: no answer, or none that its witness signed. */
  ask(): Promise<GuardianWord>;
  /** Is there one? */
  readonly address: string | null;
  /** Asks, and enters what is to be entered; null: nothing was. */
  round(): Promise<GuardianWord | null>;
  start(): void;
  stop(): void;
};

const PATIENCE = 5_000;
const WORD_BYTES = 16 * 1024;
const EVERY = 5 * 60_000;

export async function openGuardianWatch(
  { root, keys }: { root: string; keys: string },
  parts: {
    policy: Policy;
    /** Null: what is found is entered by somebody else. */
    uses: UsesLog | null;
    /** Milliseconds since the epoch. */
    now: () => number;
    /** Throws where this may not be asked for. */
    mayRun: () => void;
    everyMilliseconds?: number;
  },
): Promise<GuardianWatch> {
  const { policy, uses, now, mayRun, everyMilliseconds = EVERY } = parts;
  const address = await readGuardianAddress(root);
  const own = await logKeys(keys, 'uses', { kind: undefined, mayMake: false });
  const { origin } = own;
  const signers = serverSigners(own);
  let entered: Entered | null = null;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<GuardianWord | null> | null = null;

  async function hear(): Promise<{ word: GuardianWord; note: Uint8Array }> {
    const trusted = address === null ? [] : wordKeys(policy, address);
    if (address === null || trusted.length === 0) throw new Error('nobody here is the guardian’s witness');
    const asked = randomBytes(16).toString('hex');
    const question = formatNote(await signNote(wordQuestionText(asked), signers));
    const answer = await fetch(`${address}/word`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: question as Uint8Array<ArrayBuffer>,
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE),
    });
    const note = new Uint8Array(await limitedBody(answer.body, WORD_BYTES));
    const parsed = parseNote(note);
    if (!answer.ok || !parsed.ok || !verifyNote(parsed.value, trusted).ok)
      throw new Error('not the guardian’s word');
    const word = parseGuardianWord(parsed.value.text);
    if (!word || word.asked !== asked || word.log !== origin) throw new Error('the answer to something else');
    return { word, note };
  }

  async function once(): Promise<GuardianWord | null> {
    mayRun();
    const { word, note } = await hear();
    const next = enteredFrom(word, now());
    if (!uses || !next || !isEntryDue(entered, next)) return null;
    const digest = createHash('sha256').update(note).digest('hex');
    const { at, tried, unanswered, found } = next;
    await uses.record(
      { role: 'system', account: null },
      { kind: 'probe', at, tried, unanswered, found, locked: next.locked, word: digest },
      `probe:${digest}`,
    );
    entered = next;
    return word;
  }

  function round(): Promise<GuardianWord | null> {
    running ??= once().finally(() => {
      running = null;
    });
    return running;
  }

  return {
    address,
    ask: async () => (await hear()).word,
    round,
    start() {
      if (address === null) return;
      timer = setInterval(() => void round().catch(() => undefined), everyMilliseconds).unref();
    },
    stop() {
      if (timer) clearInterval(timer);
    },
  };
}

/** Of the witnesses that the policy has at the guardian's own address, the keys as they sign texts (CTL22). */
function wordKeys({ witnesses }: Policy, address: string): VerifierKey[] {
  return witnesses
    .filter(
      ({ key, url }) =>
        key.type === 'ed25519-cosignature' &&
        url !== null &&
        URL.canParse(url) &&
        new URL(url).origin === address,
    )
    .map(({ key }) => verifierKey(key.name, 'ed25519', key.publicKey));
}
