import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { describe, expect, it } from 'vitest';
import type { Agreement } from '../src/agreement.ts';
import {
  countBallots,
  type Election,
  electionCountFaults,
  openBallotBox,
  parseElection,
  putBallot,
} from '../src/election.ts';
import {
  objectionCount,
  objectionListFaults,
  objectionScope,
  openBox,
  publishObjections,
  putObjection,
} from '../src/objection-box.ts';
import { disputeHolds, reachesShare } from '../src/objection-effect.ts';
import { parseStatement, statementText } from '../src/rules-statement.ts';
import { SEALED_BYTES, type Spoken, speak, verifySpoken } from '../src/spoken.ts';
import { closeIssue, openIssue, takeAsk } from '../src/token-issue.ts';
import {
  askToken,
  finishToken,
  importIssuerKey,
  issuerKeyBytes,
  makeIssuerKey,
  signBlinded,
  type TokenScope,
  type VoiceToken,
  verifyToken,
} from '../src/voice-token.ts';
import { aboutOf, keyedAgreement, noteOf, PARTIES, rulesOf, signedEntries } from './rules-fixture.ts';

const { subtle } = crypto;
const { agreement } = await keyedAgreement();
const about = await aboutOf(agreement);
const scope = objectionScope(about);
const issuer = await makeIssuerKey();
const publicKey = await importIssuerKey(await issuerKeyBytes(issuer.publicKey, subtle), subtle);
const noWords = () => crypto.getRandomValues(new Uint8Array(SEALED_BYTES));

type Voice = {
  token: VoiceToken;
  sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  blinded: Uint8Array;
};
/** The whole way of one token. */
async function dealt(seed: number, under: TokenScope = scope): Promise<Voice> {
  const own = ed25519Key(new Uint8Array(32).fill(seed));
  const { blinded, pending } = await askToken(under, own.publicKey, publicKey);
  const token = await finishToken(under, pending, await signBlinded(blinded, issuer.privateKey), publicKey);
  if (!token) throw new Error('the token was not finished');
  return { token, sign: own.sign, blinded };
}
const voices = await Promise.all([101, 102, 103].map((seed) => dealt(seed)));
const [first, second, third] = voices as [Voice, Voice, Voice];
const say = ({ token, sign }: Voice, says: string, under = scope, sealed = noWords()) =>
  speak({ scope: under, token, says, sealed }, sign, subtle);
const put = (box: ReturnType<typeof openBox>, spoken: Spoken) =>
  putObjection(box, spoken, agreement, publicKey, subtle);

describe('tokens', () => {
  it('[OBJ1, OBJ2] count for what they were dealt for and for nothing else', async () => {
    const { token } = first;
    expect(await verifyToken(scope, token, publicKey, subtle)).toBe(true);
    for (const other of [
      { ...scope, kind: 'election' as const },
      { ...scope, digest: '0'.repeat(64) },
    ]) {
      expect(await verifyToken(other, token, publicKey, subtle)).toBe(false);
    }
    expect(await verifyToken(scope, { ...token, key: second.token.key }, publicKey, subtle)).toBe(false);
    const forged = { ...token, signature: token.signature.with(9, (token.signature[9] ?? 0) ^ 1) };
    expect(await verifyToken(scope, forged, publicKey, subtle)).toBe(false);
  });

  it('[OBJ3] takes the key of an issuer and no other kind of key', async () => {
    const spki = await issuerKeyBytes(issuer.publicKey, subtle);
    await expect(importIssuerKey(spki, subtle)).resolves.toBeDefined();
    await expect(importIssuerKey(spki.subarray(1), subtle)).rejects.toThrow(TypeError);
    await expect(importIssuerKey(new Uint8Array(), subtle)).rejects.toThrow(TypeError);
  });

  it('[OBJ4] the issuer sees nothing of the token: the same one is asked for differently each time', async () => {
    const own = ed25519Key(new Uint8Array(32).fill(101));
    const again = await askToken(scope, own.publicKey, publicKey);
    expect(Buffer.from(again.blinded).equals(Buffer.from(first.blinded))).toBe(false);
    // Either ask leads to the one signature, so neither blinded message is tied to it.
    const answer = await signBlinded(again.blinded, issuer.privateKey);
    const token = await finishToken(scope, again.pending, answer, publicKey);
    expect(await verifyToken(scope, token as VoiceToken, publicKey, subtle)).toBe(true);
    expect(Buffer.from(first.blinded).includes(Buffer.from(first.token.key))).toBe(false);
  });

  it('[OBJ9] refuses malformed answers and asks by type', async () => {
    const own = ed25519Key(new Uint8Array(32).fill(9));
    const { pending } = await askToken(scope, own.publicKey, publicKey);
    expect(await finishToken(scope, pending, new Uint8Array(256), publicKey)).toBe(null);
    expect(await finishToken(scope, pending, new Uint8Array(3), publicKey)).toBe(null);
    await expect(signBlinded(new Uint8Array(3), issuer.privateKey)).rejects.toThrow(RangeError);
    await expect(signBlinded(new Uint8Array(256).fill(255), issuer.privateKey)).rejects.toThrow(RangeError);
    expect(await verifySpoken({} as Spoken, scope, publicKey, subtle)).toMatchObject({ ok: false });
    expect(await verifySpoken(null as unknown as Spoken, scope, publicKey, subtle)).toMatchObject({
      ok: false,
    });
  });

  it('[OBJ5, OBJ8] what is said can not be changed on the way', async () => {
    const spoken = await say(first, 'app board');
    expect(await verifySpoken(spoken, scope, publicKey, subtle)).toMatchObject({ ok: true });
    for (const [change, refusal] of [
      [{ says: 'app expenses' }, 'not-signed'],
      [{ sealed: noWords() }, 'not-signed'],
      [{ signature: new Uint8Array(64) }, 'not-signed'],
      [{ token: second.token }, 'not-signed'],
      [{ token: { ...first.token, signature: new Uint8Array(256) } }, 'not-dealt'],
      [{ scope: { ...scope, digest: '1'.repeat(64) } }, 'another-scope'],
      [{ says: 'a line\nand another' }, 'malformed'],
      [{ sealed: new Uint8Array(1) }, 'malformed'],
    ] as const) {
      expect(await verifySpoken({ ...spoken, ...change }, scope, publicKey, subtle)).toEqual({
        ok: false,
        refusal,
      });
    }
  });

  it('[OBJ6] has one size, with or without words', async () => {
    await expect(say(first, 'agreement', scope, new Uint8Array(10))).rejects.toThrow(RangeError);
    await expect(say(first, 'A Line', scope)).rejects.toThrow(RangeError);
  });
});

describe('dealing tokens', () => {
  const ask = (ticket: string, fill = 1) => ({ ticket, blinded: new Uint8Array(256).fill(fill) });

  it('[OBJ10, OBJ11] one for each ticket', () => {
    const issue = openIssue(['b', 'a']);
    expect(takeAsk(issue, ask('c'))).toBe('unknown-ticket');
    expect(takeAsk(issue, { ticket: 'a', blinded: new Uint8Array(9) })).toBe('malformed');
    const asked = takeAsk(issue, ask('b'));
    if (typeof asked === 'string') throw new Error(asked);
    expect(takeAsk(asked, ask('b'))).toBe(asked);
    expect(takeAsk(asked, ask('b', 2))).toBe('asked-before');
    expect(() => openIssue(['a', 'a'])).toThrow(RangeError);
  });

  it('[OBJ12, OBJ13] answers all at once, in an order that says nothing, and takes no more', () => {
    let issue = openIssue(['b', 'a', 'c']);
    for (const ticket of ['c', 'a']) {
      const asked = takeAsk(issue, ask(ticket));
      if (typeof asked === 'string') throw new Error(asked);
      issue = asked;
    }
    const closed = closeIssue(issue);
    expect(closed.asks.map((one) => one.ticket)).toEqual(['a', 'c']);
    expect(takeAsk(closed.issue, ask('b'))).toBe('closed');
    expect(takeAsk(closed.issue, ask('a'))).toBe(closed.issue);
  });
});

describe('objections', () => {
  it('[OBJ7, OBJ16] a token is spent once, and the same objection can be said again', async () => {
    const spoken = await say(first, 'app board');
    const once = await put(openBox(about, 3), spoken);
    if (!once.ok) throw new Error(once.refusal);
    expect(once.nullifier).toMatch(/^[0-9a-f]{64}$/);
    expect(await put(once.box, spoken)).toEqual(once);
    expect(await put(once.box, await say(first, 'agreement'))).toEqual({ ok: false, refusal: 'spent' });
    expect(once.box.spent.size).toBe(1);
    const full = await put(openBox(about, 0), spoken);
    expect(full).toEqual({ ok: false, refusal: 'more-than-issued' });
  });

  it('[OBJ15] is to what is in the agreement', async () => {
    const box = openBox(about, 3);
    for (const says of ['agreement', 'app editor', 'signal expenses keys']) {
      expect(await put(box, await say(first, says))).toMatchObject({ ok: true });
    }
    for (const says of ['app mail', 'signal board keys', 'person x', 'app', 'signal expenses sound']) {
      expect(await put(box, await say(first, says))).toEqual({ ok: false, refusal: 'not-in-the-agreement' });
    }
  });

  it('[OBJ17, OBJ18, OBJ19] publishes nullifiers and targets alone, which each can check', async () => {
    let box = openBox(about, 3);
    const mine: string[] = [];
    for (const [voice, says] of [
      [first, 'app board'],
      [second, 'signal expenses keys'],
      [third, 'app board'],
    ] as const) {
      const done = await put(box, await say(voice, says));
      if (!done.ok) throw new Error(done.refusal);
      box = done.box;
      mine.push(done.nullifier);
    }
    const published = publishObjections(box);
    expect(Object.keys(published.spent[0] ?? {})).toEqual(['nullifier', 'target']);
    expect(published.spent.map((one) => one.nullifier)).toEqual([...mine].sort());
    const statement = await objectionCount(published, subtle);
    expect(statement.targets).toEqual([
      { target: { kind: 'app', app: 'board' }, count: 2 },
      { target: { kind: 'signal', app: 'expenses', signal: 'keys' }, count: 1 },
    ]);
    expect(parseStatement(statementText(statement))).toEqual({ ok: true, value: statement });
    const receipt = { nullifier: mine[0] as string, target: { kind: 'app' as const, app: 'board' } };
    const check = (list = published, receipts = [receipt]) =>
      objectionListFaults(list, statement, receipts, subtle);
    expect(await check()).toEqual([]);
    const without = { ...published, spent: published.spent.filter((one) => one.nullifier !== mine[0]) };
    expect(await check(without)).toEqual([
      'the list is not the one that was counted',
      'an objection of yours is not counted',
    ]);
    expect(await check(published, [{ ...receipt, target: { kind: 'app', app: 'expenses' } }])).toHaveLength(
      1,
    );
    expect(await check({ ...published, spent: [...published.spent, ...published.spent] })).toHaveLength(2);
    // All the way: three of three stop what was in force.
    const entries = await signedEntries(agreement);
    const counted = [...entries, await noteOf(statement, [PARTIES.representative.ed25519])];
    expect((await rulesOf(counted)).state.standing).toMatchObject({ inForce: false, refusal: 'objected' });
  });

  it('[OBJ20] stops at the agreed share and not before', () => {
    expect(reachesShare(0, 0, 20)).toBe(false);
    expect([19, 20, 21].map((count) => reachesShare(count, 100, 20))).toEqual([false, true, true]);
    expect([1, 2].map((count) => reachesShare(count, 7, 20))).toEqual([false, true]);
  });

  const later = (change: (agreement: Agreement) => void) => {
    const copy = structuredClone(agreement);
    copy.version = 2;
    change(copy);
    return copy;
  };
  const tally = (...targets: Parameters<typeof disputeHolds>[1]['targets']) => ({
    issued: 100,
    spent: 100,
    targets,
  });
  const app = (one: Agreement, id: string) => {
    const found = one.apps.find((two) => two.id === id);
    if (!found) throw new Error('no such application');
    return found;
  };

  it('[OBJ21] counts on while what was objected to stands, under whatever name', () => {
    const board = tally({ target: { kind: 'app', app: 'board' }, count: 20 });
    const holds = (change: (agreement: Agreement) => void) => disputeHolds(agreement, board, later(change));
    expect(holds(() => {})).toBe(true);
    expect(holds((one) => one.retention.vaultDays--)).toBe(true);
    expect(holds((one) => (app(one, 'board').id = 'plank'))).toBe(true);
    expect(holds((one) => app(one, 'board').signals.push('keys'))).toBe(true);
    expect(holds((one) => (app(one, 'board').masks.open = ['main']))).toBe(true);
    expect(holds((one) => (one.objectionPercent = 50))).toBe(true);
    expect(holds((one) => (one.apps = one.apps.filter((two) => two.id !== 'board')))).toBe(false);
    expect(holds((one) => (app(one, 'board').modes = ['task']))).toBe(false);
    expect(holds((one) => (app(one, 'board').masks.closed = ['main']))).toBe(false);
  });

  it('[OBJ21] an objection to a signal is met by taking that signal away', () => {
    const keys = tally({ target: { kind: 'signal', app: 'expenses', signal: 'keys' }, count: 20 });
    expect(
      disputeHolds(
        agreement,
        keys,
        later((one) => (one.apps = one.apps.filter((two) => two.id !== 'board'))),
      ),
    ).toBe(true);
    expect(
      disputeHolds(
        agreement,
        keys,
        later((one) => (app(one, 'expenses').signals = ['pointer', 'states'])),
      ),
    ).toBe(false);
  });

  it('[OBJ22] an objection to the agreement stands while its terms do', () => {
    const all = tally({ target: { kind: 'agreement' }, count: 20 });
    expect(
      disputeHolds(
        agreement,
        all,
        later((one) => (one.title = { en: 'New' })),
      ),
    ).toBe(true);
    expect(
      disputeHolds(
        agreement,
        all,
        later((one) => (one.validity.until = '2027-05-05T00:00:00Z')),
      ),
    ).toBe(true);
    expect(
      disputeHolds(
        agreement,
        all,
        later((one) => one.retention.vaultDays--),
      ),
    ).toBe(false);
  });

  it('[OBJ23] a part that was changed no longer counts, and what is left may be too few', () => {
    const mixed = tally(
      { target: { kind: 'app', app: 'board' }, count: 12 },
      { target: { kind: 'app', app: 'expenses' }, count: 12 },
    );
    expect(disputeHolds(agreement, mixed, agreement)).toBe(true);
    expect(
      disputeHolds(
        agreement,
        mixed,
        later((one) => (app(one, 'board').modes = ['task'])),
      ),
    ).toBe(false);
  });
});

describe('an election', async () => {
  const digest = Buffer.from(
    await subtle.digest(
      'SHA-256',
      (await issuerKeyBytes(issuer.publicKey, subtle)) as Uint8Array<ArrayBuffer>,
    ),
  ).toString('hex');
  const document: Election = {
    format: 'aboveboard-election',
    formatVersion: 1,
    id: 'representative-2026',
    tickets: 3,
    candidates: [
      { id: 'a', name: 'Candidate A' },
      { id: 'b', name: 'Candidate B' },
    ],
    issuer: digest,
    opens: 1000,
    closes: 2000,
  };
  const empty = await openBallotBox(document, subtle);
  const electors = await Promise.all([111, 112, 113].map((seed) => dealt(seed, empty.scope)));
  const cast = (box: typeof empty, voice: Voice, says: string, now = 1500) =>
    say(voice, says, empty.scope).then((spoken) => putBallot(box, spoken, now, publicKey, subtle));
  const full = async (lines: readonly string[]) => {
    let box = empty;
    const mine = [];
    for (const [i, says] of lines.entries()) {
      const done = await cast(box, electors[i] as Voice, says);
      if (!done.ok) throw new Error(done.refusal);
      box = done.box;
      mine.push({ nullifier: done.nullifier, says });
    }
    return { box, mine };
  };

  it('[OBJ30] is a closed document: nobody can be appointed in it', () => {
    expect(parseElection(document)).toEqual({ ok: true, value: document });
    const faults = (change: object) => {
      const parsed = parseElection({ ...document, ...change });
      return parsed.ok ? [] : parsed.faults.map((fault) => fault.rule);
    };
    for (const change of [
      { appointed: 'a' },
      { closes: 1000 },
      { candidates: [] },
      { candidates: [...document.candidates, { id: 'a', name: 'Again' }] },
      { tickets: 0 },
      { issuer: '' },
    ]) {
      expect(faults(change), JSON.stringify(change)).toContain('OBJ30');
    }
  });

  it('[OBJ31, OBJ32] a token votes once, for a candidate or for nobody, while it is open', async () => {
    const once = await cast(empty, electors[0] as Voice, 'candidate a');
    if (!once.ok) throw new Error(once.refusal);
    const refusal = async (says: string, now?: number, voice = electors[1] as Voice) => {
      const done = await cast(once.box, voice, says, now);
      return done.ok ? null : done.refusal;
    };
    expect(await refusal('abstain')).toBe(null);
    expect(await refusal('candidate c')).toBe('not-a-ballot');
    expect(await refusal('candidate a', 999)).toBe('not-open');
    expect(await refusal('candidate a', 2000)).toBe('closed');
    expect(await refusal('candidate a', 1500, electors[0])).toBe(null);
    expect(await refusal('candidate b', 1500, electors[0])).toBe('voted');
    expect(await putBallot(empty, await say(first, 'candidate a'), 1500, publicKey, subtle)).toMatchObject({
      refusal: 'another-scope',
    });
  });

  it('[OBJ33, OBJ34] counts in public when it is over; a tie elects nobody', async () => {
    const { box, mine } = await full(['candidate b', 'candidate a', 'candidate b']);
    expect(countBallots(box, 1999)).toBe(null);
    const count = countBallots(box, 2000);
    expect(count).toMatchObject({ elected: 'b', abstained: 0, votes: [{ votes: 1 }, { votes: 2 }] });
    expect(await electionCountFaults(count, document, mine, subtle)).toEqual([]);
    const tied = await full(['candidate b', 'candidate a', 'abstain']);
    expect(countBallots(tied.box, 2000)).toMatchObject({ elected: null, abstained: 1 });
    expect(countBallots(empty, 2000)).toMatchObject({ elected: null });
  });

  it('[OBJ35] seeded holes: a count that was tampered with is refused by whoever checks it', async () => {
    const { box, mine } = await full(['candidate b', 'candidate a', 'candidate b']);
    const count = countBallots(box, 2000);
    if (!count) throw new Error('no count');
    const faults = async (change: object) =>
      (await electionCountFaults({ ...count, ...change }, document, mine, subtle)).map((fault) => fault.at);
    const swapped = count.ballots.map((one) => ({ ...one, says: 'candidate a' }));
    expect(await faults({ ballots: swapped })).toEqual(['votes', 'elected', 'ballots', 'ballots']);
    expect(await faults({ elected: 'a' })).toEqual(['elected']);
    expect(await faults({ ballots: count.ballots.slice(1) })).toContain('ballots');
    expect(await faults({ ballots: [...count.ballots, ...count.ballots] })).toContain('ballots');
    expect(await faults({ ballots: [{ nullifier: '0'.repeat(64), says: 'candidate z' }] })).toContain(
      'ballots[0]',
    );
    const alone = await full(['candidate a']);
    const single = countBallots(alone.box, 2000);
    const doubled = {
      ...single,
      ballots: [...(single?.ballots ?? []), ...(single?.ballots ?? [])],
      votes: [
        { candidate: 'a', votes: 2 },
        { candidate: 'b', votes: 0 },
      ],
    };
    const twice = await electionCountFaults(doubled, document, [], subtle);
    expect(twice.map((one) => one.message)).toEqual(['a token voted twice']);
    expect(await faults({ election: '0'.repeat(64) })).toEqual(['election']);
    expect(await faults({ extra: 1 })).toEqual(['document']);
    expect(await electionCountFaults(null, document, mine, subtle)).not.toEqual([]);
  });
});
