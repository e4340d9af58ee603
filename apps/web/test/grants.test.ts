import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { type Grant, grantDigest } from '@aboveboard/consent/grant-document';
import type { ShownGrant } from '@aboveboard/protocol/grants';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { describe, expect, it } from 'vitest';
import { freshDraft, wishOf } from '../src/grants/ask-form.tsx';
import { grantWords, readGrant, standingWords } from '../src/grants/grant-words.ts';

const FROM = Date.parse('2026-11-23T00:00:00Z') / 1000;
const grant: Grant = {
  format: 'aboveboard-grant',
  formatVersion: 1,
  id: '1b'.repeat(16),
  agreement: { id: 'pilot', version: 3, digest: 'ab'.repeat(32) },
  asker: '5a'.repeat(16),
  purpose: 'model-training',
  reading: ['dataset'],
  slice: {
    kind: 'tasks',
    cards: [{ id: 'expense-single', version: null }],
    weeks: { from: '2026-W40', to: '2026-W47' },
  },
  from: FROM,
  until: FROM + 30 * 86_400,
  jobKey: formatVerifierKey(textSigner('jobs.works.example', ed25519Key(new Uint8Array(32).fill(1))).key),
};
const shownOf = async (given: Grant, change: Partial<ShownGrant> = {}): Promise<ShownGrant> => ({
  id: given.id,
  document: new TextDecoder().decode(canonicalBytes(given)),
  digest: await grantDigest(given, crypto.subtle),
  state: 'waiting',
  own: false,
  approvedBy: [],
  waitsFor: ['representative'],
  end: null,
  askedOn: '2026-11-23',
  answerBy: '2026-12-07',
  ...change,
});

describe('a request to read, in words', () => {
  it('says every field that somebody decides by', () => {
    const changes: Partial<Grant>[] = [
      { purpose: 'model-testing' },
      { reading: ['dataset', 'inspection'] },
      { slice: { kind: 'recordings', recordings: ['AAAAAAAAAAAAAAAAAAAAAA'] } },
      { slice: { kind: 'tasks', cards: null, weeks: { from: '2026-W40', to: '2026-W47' } } },
      {
        slice: {
          kind: 'tasks',
          cards: [{ id: 'expense-single', version: 2 }],
          weeks: { from: '2026-W40', to: '2026-W47' },
        },
      },
      { until: FROM + 31 * 86_400 },
      { agreement: { ...grant.agreement, version: 4 } },
      { asker: '6b'.repeat(16) },
    ];
    const said = new Set(
      [grant, ...changes.map((change) => ({ ...grant, ...change }))].map((one) => grantWords(one).join()),
    );
    expect(said.size).toBe(changes.length + 1);
  });

  it('is signed as this page read it: what the server says about it is not believed', async () => {
    expect((await readGrant(await shownOf(grant))).grant).toEqual(grant);
    const lies: Partial<ShownGrant>[] = [
      { digest: 'cd'.repeat(32) },
      { id: '2c'.repeat(16) },
      { document: '{}' },
      { document: new TextDecoder().decode(canonicalBytes({ ...grant, until: grant.until + 1 })) },
    ];
    for (const lie of lies) expect((await readGrant(await shownOf(grant, lie))).grant).toBeNull();
  });

  it('says how it stands, and until when it waits', async () => {
    expect(standingWords(await shownOf(grant)).join(' ')).toContain('2026-12-07');
    const ended = await shownOf(grant, {
      waitsFor: [],
      end: { kind: 'refused', by: 'employer', reason: 'slice' },
    });
    expect(standingWords(ended).join(' ')).toContain('The employer refused: it is about too many recordings');
  });

  it('asks for just what is on the form', () => {
    const draft = freshDraft(Date.parse('2026-11-23T00:00:00Z'));
    expect(wishOf(draft)).toMatchObject({
      slice: { kind: 'tasks', cards: null, weeks: { from: '2026-W22', to: '2026-W48' } },
      days: 30,
    });
    expect(wishOf({ ...draft, slice: 'recordings', list: 'b\n a  b\n' }).slice).toEqual({
      kind: 'recordings',
      recordings: ['a', 'b'],
    });
    expect(wishOf({ ...draft, cards: ['x'] }).slice).toMatchObject({ cards: [{ id: 'x', version: null }] });
  });
});
