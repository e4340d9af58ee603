import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { cardText } from '../src/release/card-page.ts';
import { CROISSANT_NAME, croissantBytes, type Described, publishedOn } from '../src/release/croissant.ts';
import { checkRelease } from '../src/release/release-check.ts';
import { manifestBytes, type ReleaseManifest, readReleaseManifest } from '../src/release/release-manifest.ts';
import { croissantFormatFaults } from './croissant-contract.ts';
import { type Made, MemoryRelease, made, people } from './made-up-release.ts';

const subtle = crypto.subtle;
type Json = Record<string, unknown>;
let whole: Made;
let of: Described;
beforeAll(async () => {
  whole = await made(people(10), { pictures: true });
  const { manifest, bytes } = whole.built;
  const digest = createHash('sha256').update(bytes).digest('hex');
  of = { manifest, digest, bytes: bytes.length, published: '2026-11-23', plain: false };
});
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const read = (bytes: Uint8Array): Json => JSON.parse(text(bytes));
const said = (more: Partial<ReleaseManifest> = {}, plain = false) =>
  read(croissantBytes({ ...of, plain, manifest: { ...of.manifest, ...more } }));

async function faultsBeside(document: Uint8Array | null): Promise<string[]> {
  const store = new MemoryRelease();
  for (const [name, bytes] of whole.store.files) store.files.set(name, bytes);
  if (document) store.files.set(CROISSANT_NAME, document);
  return (await checkRelease(store, { subtle })).faults.map(
    ({ rule, at, message }) => `${rule} ${at} ${message}`,
  );
}

describe('the document', () => {
  it('[REL80] is what Croissant 1.1, RAI 1.0 and ODRL ask for, whatever is not known', () => {
    expect(croissantFormatFaults(said())).toEqual([]);
    expect(croissantFormatFaults(said({}, true))).toEqual([]);
    const { card: _, ...older } = of.manifest;
    const bare = { ...older, risk: null, agreements: [], leftOut: [], cohort: { least: 1, people: 0 } };
    expect(croissantFormatFaults(read(croissantBytes({ ...of, manifest: bare })))).toEqual([]);
  });

  it('[REL81] is the same bytes for the same manifest and day', async () => {
    expect(text(croissantBytes(of))).toBe(text(croissantBytes(structuredClone(of))));
    expect(read(croissantBytes({ ...of, published: '2026-11-24' }))['datePublished']).toBe('2026-11-24');
    const again = await made(people(10), { pictures: true, atOnce: 4 });
    expect(text(croissantBytes({ ...of, manifest: again.built.manifest }))).toBe(text(croissantBytes(of)));
  });

  it('[REL82] [REL61] names agreements, and no task of anybody', () => {
    const all = text(croissantBytes(of));
    expect(all).toContain(`sha256:${'a'.repeat(64)}`);
    for (const { id, shards } of of.manifest.tasks)
      for (const one of [id, ...shards.map(({ sha256 }) => sha256)]) expect(all).not.toContain(one);
    for (const { recording } of whole.plan.tasks) expect(all).not.toContain(recording);
    expect(text(croissantBytes({ ...of, manifest: { ...of.manifest, risk: null } }))).toContain(
      'was not measured',
    );
  });

  it('[REL83] names files by their digests, and tasks where the manifest lists them', () => {
    const [manifest, card, shards] = said()['distribution'] as Json[];
    expect(manifest).toMatchObject({
      '@id': 'release.json',
      sha256: of.digest,
      contentSize: `${of.bytes} B`,
    });
    expect(card).toMatchObject({ '@id': 'card.html', sha256: of.manifest.card?.sha256 });
    const glob = /^shards\/[^/]*\.bin$/;
    expect(shards?.['includes']).toBe('shards/*.bin');
    for (const name of whole.store.files.keys())
      expect([glob.test(name), name]).toEqual([name.startsWith('shards/'), name]);
    const [tasks] = said()['recordSet'] as { field: { source: { extract: { jsonPath: string } } }[] }[];
    const paths = tasks?.field.map(({ source }) => source.extract.jsonPath) ?? [];
    for (const path of paths) {
      const steps = path.replace('$.tasks[*].', '').split('.');
      for (const task of of.manifest.tasks) {
        const value = steps.reduce<unknown>((at, name) => (at as Json)[name], task);
        expect(value === null || typeof value === 'string').toBe(true);
      }
    }
    expect(paths).toHaveLength(4);
  });

  it('[REL84] permits its one purpose, whatever that is called', () => {
    for (const purpose of ['model-training', 'Anything else? <b> & "ü"', 'a b'])
      expect(croissantFormatFaults(said({ purpose }))).toEqual([]);
    const { 'odrl:permission': permission } = said()['usageInfo'] as Json;
    const right = { '@id': 'urn:aboveboard:purpose:agent-training', name: 'agent-training' };
    expect(permission).toMatchObject({ 'odrl:constraint': [{ 'odrl:rightOperand': right }] });
  });

  it('[REL85] loads nothing: every address is a name of a file, a URN, or a vocabulary', () => {
    const addresses = text(croissantBytes(of)).match(/https?:\/\/[^"]+/g) ?? [];
    const known = /^http:\/\/(schema\.org|mlcommons\.org\/croissant|purl\.org\/dc\/terms|www\.w3\.org\/ns)\//;
    expect(addresses.filter((one) => !known.test(one))).toEqual([]);
  });
});

describe('verifying', () => {
  it('[REL86] holds it against the manifest, byte by byte; it may be missing', async () => {
    const bytes = croissantBytes(of);
    expect(await faultsBeside(null)).toEqual([]);
    expect(await faultsBeside(bytes)).toEqual([]);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = bytes.map((byte, i) => (i === at ? byte ^ by : byte));
        const day = publishedOn(changed);
        const isAnotherDay =
          day !== null && text(changed) === text(croissantBytes({ ...of, published: day }));
        expect((await faultsBeside(changed)).length > 0).toBe(!isAnotherDay);
      }),
      { numRuns: 300 },
    );
  });

  it('[REL86] names what is wrong with it', async () => {
    const at = `REL86 ${CROISSANT_NAME}`;
    const changed = (from: string | RegExp, to: string) =>
      faultsBeside(new TextEncoder().encode(text(croissantBytes(of)).replace(from, to)));
    expect(await faultsBeside(croissantBytes({ ...of, digest: 'f'.repeat(64) }))).toEqual([
      `${at} is of another manifest`,
    ]);
    expect(await changed('"sdVersion":"1"', '"sdVersion":"2"')).toEqual([
      `${at} is of a version that is not known here`,
    ]);
    for (const day of ['2026-02-30', '2026-11-23T10:00:00Z', 'x'])
      expect(await changed('2026-11-23', day)).toEqual([`${at} names no day`]);
    expect(await changed('odrl:use', 'odrl:sell')).toEqual([`${at} is not what the manifest says`]);
    expect(await changed(/^\{/, '[')).toEqual([`${at} is no JSON object`]);
    expect(await faultsBeside(croissantBytes({ ...of, plain: true }))).toEqual([
      `${at} is not what the manifest says`,
    ]);
  });

  it('[REL80] seeded holes: the check of the format finds what a reader would stumble over', () => {
    const changed = (change: (document: Json) => void) => {
      const document = structuredClone(said());
      change(document);
      return croissantFormatFaults(document);
    };
    const files = (document: Json) => document['distribution'] as Json[];
    for (const name of ['license', 'url', 'creator', 'datePublished', 'distribution'])
      expect(changed((one) => delete one[name])).toContain(`${name} is required`);
    expect(changed((one) => (one['conformsTo'] = 'http://mlcommons.org/croissant/1.1'))).toEqual([
      'conformsTo of RAI',
    ]);
    expect(changed((one) => (one['rai:dataColection'] = 'x'))).toContain(
      'rai:dataColection is no property of RAI',
    );
    expect(changed((one) => (one['usage'] = 'x'))).toEqual(['usage is no property']);
    expect(changed((one) => delete (one['@context'] as Json)['jsonPath'])).toContain('jsonPath has no term');
    expect(changed((one) => delete (one['@context'] as Json)['odrl'])).toContain(
      'odrl:permission has no namespace',
    );
    expect(changed((one) => delete files(one)[0]?.['sha256'])).toContain('release.json: sha256');
    expect(changed((one) => files(one).shift())).toContain('release.json is nowhere');
    expect(changed((one) => files(one).push({ ...files(one)[0] }))).toContain('release.json is there twice');
    const usage = (one: Json) => one['usageInfo'] as Json;
    expect(changed((one) => delete usage(one)['odrl:permission'])).toContain('usageInfo permits nothing');
    const permission = (one: Json) => usage(one)['odrl:permission'] as { 'odrl:constraint': Json[] };
    expect(changed((one) => delete permission(one)['odrl:constraint'][0]?.['odrl:operator'])).toEqual([
      'usageInfo: constraint of permission',
    ]);
  });
});

it('[REL65] the facts of the card are plain text, and nothing of it is obeyed by a terminal', () => {
  const lines = cardText(of.manifest);
  expect(lines).toEqual(expect.arrayContaining(['What is in it', '  Tasks: 10', '  For: agent-training']));
  expect(lines).toContain(`  Agreement: agreement; Version: 2; Digest: ${'a'.repeat(64)}`);
  const bad = '\u001b]0;gone\u0007\r\u202e\u2028x';
  const hostile = {
    ...of.manifest,
    ...{ purpose: bad, drawnBy: bad, agreements: [{ id: bad, version: 1, digest: 'a'.repeat(64) }] },
  };
  // A manifest from outside may say that.
  expect(readReleaseManifest(manifestBytes(hostile)).ok).toBe(true);
  expect(cardText(hostile).join('')).not.toMatch(/[\p{Cc}\p{Cf}\u2028]/u);
});
