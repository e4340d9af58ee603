import { writeFileSync } from 'node:fs';
import { agreementWords, noticeDigest } from '@aboveboard/consent/agreement-words';
import { giveConsent } from '@aboveboard/consent/consent';
import { codeSecret, dealCodes, eraserOf, listed, readCode } from '@aboveboard/consent/enrolment-codes';
import { en } from '@aboveboard/consent/messages/en';
import { receiptBytes, signReceipt } from '@aboveboard/consent/receipt';
import { recordOf } from '@aboveboard/consent/receipt-record';
import { replayRules } from '@aboveboard/consent/rules-replay';
import { SEALED_BYTES, speak } from '@aboveboard/consent/spoken';
import {
  askToken,
  finishToken,
  issuerKeyBytes,
  makeIssuerKey,
  nullifierOf,
  signBlinded,
} from '@aboveboard/consent/voice-token';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { NOW } from '../../packages/consent/test/example-agreement.ts';
import {
  aboutOf,
  both,
  keyedAgreement,
  noteOf,
  PARTIES,
  STRANGER,
  signedEntries,
  TRUST,
} from '../../packages/consent/test/rules-fixture.ts';

/**
 * Writes what takes signatures to make of vectors/rules-log, vectors/consent, vectors/objection and
 * vectors/enrolment: `node tools/vectors/consent.ts`. Keys are made up and public. Another run makes other
 * tokens: RSA keys and blinding are drawn.
 */
const { subtle } = crypto;
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const write = (path: string, value: unknown) =>
  writeFileSync(new URL(`../../vectors/${path}`, import.meta.url), `${JSON.stringify(value, null, 2)}\n`);

const { agreement, document } = await keyedAgreement();
const about = await aboutOf(agreement);
const second = (
  await keyedAgreement((one) => {
    one.version = 2;
    one.retention.vaultDays = 20;
  })
).agreement;
const { employer, representative } = PARTIES;

const steps: [why: string, entry: Uint8Array][] = [
  ...(await signedEntries(agreement)).map((entry, i): [string, Uint8Array] => [
    i === 0 ? 'the document of version 1' : `signature ${i} of three, both algorithms`,
    entry,
  ]),
  ['a revocation that no party signed', await noteOf({ kind: 'revocation', ...about }, both(STRANGER))],
  [
    'a notice of restructuring by the employer, with one algorithm',
    await noteOf(
      { kind: 'suspension', ...about, reason: 'restructuring', at: 1_795_000_000 },
      [employer.ed25519],
    ),
  ],
  ...(await signedEntries(second)).map((entry, i): [string, Uint8Array] => [
    i === 0 ? 'the document of version 2, entered after the notice' : `signature ${i} of three`,
    entry,
  ]),
  [
    'the representative revokes version 2, with ML-DSA-44 alone',
    await noteOf({ kind: 'revocation', ...(await aboutOf(second)) }, [representative.mlDsa44]),
  ],
];
const cases = [];
for (const [i, [why, entry]] of steps.entries()) {
  const entries = steps.slice(0, i + 1).map(([, one]) => one);
  const { standing } = await replayRules(entries, TRUST, subtle);
  const after = standing.inForce ? `version ${standing.version.agreement.version}` : standing.refusal;
  cases.push({ why, entry: base64(entry), after });
}
write('rules-log/replay.json', {
  agreement: TRUST.agreement,
  parties: Object.fromEntries(TRUST.parties),
  cases,
});

const shown = agreementWords(agreement, en);
const consent = giveConsent({
  agreement,
  digest: about.digest,
  choice: {
    purposes: ['model-training'],
    apps: [{ id: 'expenses', signals: ['pointer', 'states'], modes: ['task'] }],
    notice: { language: 'en', words: en.version, digest: await noticeDigest(shown, subtle) },
  },
  now: NOW,
  random: (length) => new Uint8Array(length).fill(7),
});
const record = recordOf({
  consent,
  agreement,
  place: {
    storageLocations: ['a made-up place'],
    jurisdiction: 'DE',
    supervisoryAuthority: 'made up',
    recipients: [],
    transfers: [],
    withdrawAt: 'on the device',
  },
  contributor: '5a'.repeat(16),
  acknowledgedAt: NOW - 60_000,
  narrowedFrom: null,
});
const receipt = await signReceipt(record, shown, ed25519Key(new Uint8Array(32).fill(77)), subtle);
const text = new TextDecoder().decode(receiptBytes(receipt));
write('consent/receipts.json', {
  now: NOW + 1000,
  document: base64(document),
  valid: [{ why: 'a consent to one application', text, state: 'given' }],
  invalid: [
    {
      why: 'more signals than were signed',
      text: text.replace('"ab:pointer","ab:states"', '"ab:keys","ab:pointer","ab:states"'),
      rule: 'CON45',
    },
    { why: 'other words than were shown', text: text.replace('nothing else', 'anything else'), rule: 'CON46' },
    { why: 'a field for a name', text: text.replace('"record":{', '"record":{"0name":"x",'), rule: 'CON41' },
    { why: 'another context', text: text.replace('https://w3id.org/dpv#', 'https://example.test/dpv#'), rule: 'CON41' },
    { why: 'a newer version', text: text.replace('"formatVersion":1', '"formatVersion":2'), rule: 'CON40' },
    { why: 'white space', text: `${text}\n`, rule: 'CON40' },
    { why: 'a key twice', text: text.replace('"log":null', '"log":null,"log":null'), rule: 'CON40' },
  ],
});

const issuer = await makeIssuerKey();
const scope = { kind: 'objection' as const, digest: about.digest };
const own = ed25519Key(new Uint8Array(32).fill(101));
const { blinded, pending } = await askToken(scope, own.publicKey, issuer.publicKey);
const token = await finishToken(scope, pending, await signBlinded(blinded, issuer.privateKey), issuer.publicKey);
if (!token) throw new Error('no token');
const sealed = new Uint8Array(SEALED_BYTES).fill(9);
const spoken = await speak({ scope, token, says: 'app board', sealed }, own.sign, subtle);
const good = {
  kind: scope.kind,
  digest: scope.digest,
  key: hex(token.key),
  token: hex(token.signature),
  says: spoken.says,
  sealed: '09 4,096 times',
  signature: hex(spoken.signature),
};
write('objection/spoken.json', {
  scope,
  issuer: base64(await issuerKeyBytes(issuer.publicKey, subtle)),
  nullifier: hex(await nullifierOf(token.key, subtle)),
  valid: [{ why: 'an objection to one application', ...good }],
  invalid: [
    { why: 'another target than was signed', ...good, says: 'app expenses', refusal: 'not-signed' },
    { why: 'of another version', ...good, digest: '0'.repeat(64), refusal: 'another-scope' },
    { why: 'of another kind', ...good, kind: 'election', refusal: 'another-scope' },
    { why: 'a token that was not dealt', ...good, token: '00'.repeat(256), refusal: 'not-dealt' },
    { why: 'a token that is too short', ...good, token: '00', refusal: 'not-dealt' },
    { why: 'two lines', ...good, says: 'app board\nagreement', refusal: 'malformed' },
    { why: 'no signature', ...good, signature: '', refusal: 'not-signed' },
  ],
});

let seed = 0;
const dealt = await dealCodes(3, (length) => new Uint8Array(length).fill(++seed), subtle);
const codes = [];
for (const code of dealt.codes) {
  const secret = await readCode(code, subtle);
  if (!secret) throw new Error('not a code');
  codes.push({
    code,
    secret: hex(secret),
    enrolment: await listed(await codeSecret(secret, 'enrol', subtle), subtle),
    ticket: await listed(await codeSecret(secret, 'ticket', subtle), subtle),
    eraser: await eraserOf(secret, subtle),
  });
}
const [first = ''] = dealt.codes;
write('enrolment/codes.json', {
  codes,
  typed: [first.toLowerCase(), first.replaceAll('-', ' '), first.replaceAll('0', 'O').replaceAll('1', 'i')],
  misread: [
    { why: 'one letter is another', typed: first.replace(/.$/, (letter) => (letter === 'A' ? 'B' : 'A')) },
    { why: 'two groups changed places', typed: [first.slice(5, 9), first.slice(0, 4), first.slice(10)].join('-') },
    { why: 'a letter is missing', typed: first.slice(1) },
    { why: 'a letter that there is not', typed: first.replace(/^./, 'U') },
    { why: 'nothing', typed: '' },
  ],
});
