import { writeFileSync } from 'node:fs';
import { recipientOf, sealEnvelope } from '@aboveboard/vault/envelope';
import { sealHalves } from '@aboveboard/vault/half-envelope';
import { sealJobHalves } from '@aboveboard/vault/job-halves';
import { asKeyHalf } from '@aboveboard/vault/key-half';
import { asRecordingKey } from '@aboveboard/vault/recording-key';
import { Encrypter, generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';

/**
 * Writes vectors/vault/envelopes.json: `node tools/vectors/vault.ts`. age draws its keys, so each run writes other bytes
 * that mean the same. The identities are made up and public.
 */
const [vault, guardian, job, stranger] = await Promise.all([1, 2, 3, 4].map(() => generateHybridIdentity()));
const to = async (identity: string | undefined) => recipientOf(identity ?? '');
const fill = (byte: number) => new Uint8Array(32).fill(byte);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

const RECORDING = 'AAECAwQFBgcICQoLDA0ODw';
const halves = { vault: asKeyHalf(fill(0xa1)), guardian: asKeyHalf(fill(0xb2)) };
const recipients = { vault: await to(vault), guardian: await to(guardian) };
const card = { week: '2026-W47', card: { id: 'expense-single', version: 2 } };
const own = { week: '2026-W01', card: null };
const sealed = await sealHalves(RECORDING, halves, recipients, card);
const free = await sealHalves(RECORDING, halves, recipients, own);
const access = fill(0xc3);
const given = await sealJobHalves(access, new Map([[RECORDING, halves.guardian]]), await to(job));

async function raw(content: Uint8Array, ...others: string[]): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of others) encrypter.addRecipient(recipient);
  return encrypter.encrypt(new Uint8Array(content));
}
const content = (kind: number, half: Uint8Array, text: string) =>
  Uint8Array.of(kind, ...half, ...new TextEncoder().encode(text));
const classic = await identityToRecipient(await generateX25519Identity());
const second = await to(stranger);

const invalid: [rule: string, why: string, opens: 'vault' | 'guardian' | 'job', envelope: Uint8Array][] = [
  ['SEAL25', 'the half of another recording', 'vault', await raw(content(2, halves.vault, 'another'), recipients.vault)],
  ['SEAL25', 'a whole key', 'vault', await sealEnvelope(RECORDING, asRecordingKey(fill(1)), [recipients.vault])],
  ['SEAL25', 'the other half', 'vault', await raw(content(3, halves.guardian, RECORDING), recipients.vault)],
  ['SEAL25', 'half a half', 'vault', await raw(content(2, fill(1).subarray(16), ''), recipients.vault)],
  ['SEAL26', 'a label without a week', 'guardian', await raw(content(3, halves.guardian, RECORDING), recipients.guardian)],
  [
    'SEAL26',
    'a version with a leading zero',
    'guardian',
    await raw(content(3, halves.guardian, `${RECORDING}\n2026-W47\ncard\n02`), recipients.guardian),
  ],
  [
    'SEAL26',
    'a line too many',
    'guardian',
    await raw(content(3, halves.guardian, `${RECORDING}\n2026-W47\ncard\n2\n`), recipients.guardian),
  ],
  ['SEAL27', 'a second reader', 'vault', await raw(content(2, halves.vault, RECORDING), recipients.vault, second)],
  ['SEAL27', 'for somebody else', 'vault', await raw(content(2, halves.vault, RECORDING), second)],
  ['SEAL27', 'a classic reader', 'vault', await raw(content(2, halves.vault, RECORDING), classic)],
  ['SEAL31', 'for another access', 'job', await sealJobHalves(fill(0xc4), new Map(), await to(job))],
  ['SEAL32', 'a count of two and one half', 'job', await raw(Uint8Array.of(4, ...access, 0, 2, 1, 0x61, ...fill(7)), await to(job))],
];

const file = {
  format: 'aboveboard-vault-envelope-vectors',
  version: 1,
  recording: RECORDING,
  identities: { vault, guardian, job },
  access: hex(access),
  valid: [
    { opens: 'vault', why: 'the vault’s half', envelope: base64(sealed.vault), half: hex(halves.vault) },
    { opens: 'guardian', why: 'of a task card', envelope: base64(sealed.guardian), half: hex(halves.guardian), label: card },
    { opens: 'guardian', why: 'of a task in own words', envelope: base64(free.guardian), half: hex(halves.guardian), label: own },
    { opens: 'job', why: 'what a guardian gives', envelope: base64(given), half: hex(halves.guardian) },
  ],
  invalid: invalid.map(([rule, why, opens, envelope]) => ({ rule, why, opens, envelope: base64(envelope) })),
};
const path = new URL('../../vectors/vault/envelopes.json', import.meta.url);
writeFileSync(path, `${JSON.stringify(file, null, 1)}\n`);
