import { readFileSync } from 'node:fs';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { openLog } from '@aboveboard/tlog/log-reader';
import { MemoryLogStorage } from '@aboveboard/tlog/memory-log-storage';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import type { Policy } from '@aboveboard/tlog/policy';
import { formatPolicy } from '@aboveboard/tlog/policy-file';
import { formatProof } from '@aboveboard/tlog/proof-file';
import { openSequencer } from '@aboveboard/tlog/sequencer';
import { logSigners } from '@aboveboard/tlog/signer';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { describe, expect, it } from 'vitest';
import { type Against, type Given, verdictsOf } from '../src/verify/verdict.ts';

const cases = JSON.parse(
  readFileSync(new URL('../../../vectors/consent/receipts.json', import.meta.url), 'utf8'),
) as {
  now: number;
  document: string;
  valid: { why: string; text: string }[];
  invalid: { why: string; text: string; rule: string }[];
};
const bytes = (text: string) => new TextEncoder().encode(text);
const document = new Uint8Array(Buffer.from(cases.document, 'base64'));
const [valid = { why: '', text: '' }] = cases.valid;
const against: Against = {
  policy: null,
  policyFrom: null,
  agreements: [],
  now: cases.now,
  subtle: crypto.subtle,
  when: (seconds) => `t${seconds}`,
};
const file = (name: string, content: Uint8Array | string): Given => ({
  name,
  bytes: typeof content === 'string' ? bytes(content) : content,
});
const failing = (checks: readonly { holds: boolean | null; words: string }[]) =>
  checks.filter(({ holds }) => holds === false).map(({ words }) => words);

describe('a receipt', () => {
  it('holds, and says of the agreement that it was not at hand', async () => {
    const [verdict, ...more] = await verdictsOf([file('mine.json', valid.text)], against);
    expect(more).toEqual([]);
    expect(verdict?.title).toBe('“mine.json” is a receipt that holds.');
    expect(failing(verdict?.checks ?? [])).toEqual([]);
    expect(verdict?.checks.filter(({ holds }) => holds === null).map(({ words }) => words)).toContain(
      'The agreement that it names is not at hand, so it was not held against it. Add the document.',
    );
    expect(verdict?.says[0]?.sentences.join(' ')).toMatch(/The consent was given, and lapses on \d{4}/);
  });

  it('is held against the document that is dropped with it', async () => {
    const [verdict] = await verdictsOf([file('mine.json', valid.text), file('v1.json', document)], against);
    expect(verdict?.checks).toContainEqual({
      holds: true,
      words: 'All that it allows stands in the agreement that it names.',
    });
  });

  it.each(cases.invalid)('does not hold with $why, names the rule, and shows nothing of it', async (one) => {
    const [verdict] = await verdictsOf([file('mine.json', one.text)], against);
    expect(verdict?.title).toBe('“mine.json” does not hold.');
    expect(failing(verdict?.checks ?? []).join(' ')).toContain(one.rule);
    expect(verdict?.says).toEqual([]);
  });
});

describe('a proof', async () => {
  const signers = logSigners(
    'example/rules',
    { ed25519: ed25519Key(new Uint8Array(32).fill(1)), mlDsa44: mlDsa44Key(new Uint8Array(32).fill(2)) },
    () => 1_795_000_000,
  );
  const policy: Policy = {
    logs: signers.map(({ key }) => ({ key, url: null })),
    witnesses: [],
    groups: [],
    quorum: null,
  };
  const storage = new MemoryLogStorage();
  const sequencer = await openSequencer({ storage, origin: 'example/rules', signers });
  await sequencer.append(document);
  await sequencer.append(bytes('else'));
  const { signed, reader } = await openLog(storedLog(storage), policy);
  const proof = file('e.tlog-proof', formatProof(await reader.proof(0, signed)));
  const named: Against = { ...against, policy, policyFrom: 'served' };

  it('holds with its entry, says what that is, and who named the keys', async () => {
    const [verdict] = await verdictsOf([proof, file('e.bin', document)], named);
    expect(verdict?.title).toBe('“e.bin” stands in the log.');
    expect(verdict?.says[0]?.sentences[0]).toMatch(/^The document of version \d+ of the agreement/);
    expect(verdict?.checks.at(-1)).toMatchObject({ holds: null });
    const own = await verdictsOf(
      [proof, file('e.bin', document), file('policy', formatPolicy(policy))],
      against,
    );
    expect(own[0]?.checks.at(-1)).toEqual({
      holds: true,
      words: 'Checked against the policy that you gave.',
    });
  });

  it('does not hold with another entry, with another log’s policy, or without any policy', async () => {
    const other = await verdictsOf([proof, file('e.bin', 'else')], named);
    expect(failing(other[0]?.checks ?? []).join()).toContain('LOG125');
    const none = formatPolicy({ ...policy, logs: [] });
    const foreign = await verdictsOf([proof, file('e.bin', document), file('policy', none)], named);
    expect(failing(foreign[0]?.checks ?? []).join()).toContain('LOG103');
    const [bare] = await verdictsOf([proof, file('e.bin', document)], against);
    expect(bare?.title).toBe('“e.tlog-proof” could not be checked.');
    expect(bare?.says).toEqual([]);
  });

  it('without its entry says what it needs; what is neither is named', async () => {
    const [alone] = await verdictsOf([proof], named);
    expect(alone?.title).toBe('“e.tlog-proof” needs the entry that it is about.');
    const [unknown] = await verdictsOf([file('picture.png', 'x')], named);
    expect(unknown?.title).toBe('“picture.png” is neither a receipt nor a proof.');
    const [torn] = await verdictsOf([file('e.tlog-proof', 'c2sp.org/tlog-proof@v1\nindex x\n\n')], named);
    expect(torn?.title).toBe('“e.tlog-proof” does not hold.');
  });
});
