import { beforeAll, describe, expect, it } from 'vitest';
import { CARD_NAME, cardPage } from '../src/release/card-page.ts';
import { checkRelease } from '../src/release/release-check.ts';
import { manifestBytes, readReleaseManifest } from '../src/release/release-manifest.ts';
import { type Made, MemoryRelease, made, people } from './made-up-release.ts';

const subtle = crypto.subtle;
let whole: Made;
beforeAll(async () => {
  whole = await made(people(10));
});

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
function bare() {
  const { card: _, ...manifest } = whole.built.manifest;
  return manifest;
}
function copy(): MemoryRelease {
  const store = new MemoryRelease();
  for (const [name, bytes] of whole.store.files) store.files.set(name, bytes.slice());
  return store;
}
const faultsOf = async (store: MemoryRelease, plain = false) =>
  (await checkRelease(store, { subtle, plain })).faults
    .filter(({ at }) => at === CARD_NAME)
    .map(({ rule, message }) => `${rule} ${message}`);

describe('the card of a release', () => {
  it('[REL60] is made of the manifest alone, the same bytes each time, and is in its digests', async () => {
    const page = whole.store.files.get(CARD_NAME) as Uint8Array;
    expect(text(page)).toBe(text(cardPage(bare())));
    const digest = Buffer.from(await subtle.digest('SHA-256', page.slice())).toString('hex');
    expect(whole.built.manifest.card).toEqual({ sha256: digest, bytes: page.length });
    const again = await made(people(10));
    expect(again.built.bytes).toEqual(whole.built.bytes);
    // Written before the manifest: without it there is no release (REL1).
    const names = [...whole.store.files.keys()];
    expect(names.indexOf(CARD_NAME)).toBeLessThan(names.indexOf('release.json'));
  });

  it('[REL61] says which agreement, and no task of anybody', () => {
    const page = text(cardPage(bare()));
    expect(page).toContain('a'.repeat(64));
    expect(page).toContain('at least 10');
    for (const { id } of whole.built.manifest.tasks) expect(page).not.toContain(id);
  });

  it('[REL62] says of what is not known that it is not', () => {
    const page = text(cardPage({ ...bare(), risk: null, agreements: [], cohort: { least: 1, people: 0 } }));
    for (const said of ['It was not measured', 'names no agreement', 'or not known', 'Built on'])
      expect(page).toContain(said);
    expect(text(cardPage({ ...bare(), level: 'vault' }))).toContain('no cohort is asked for');
    const drawn = { ...bare(), counts: { ...bare().counts, pictures: 3 } };
    expect(text(cardPage(drawn))).toContain('what drew them is not known');
  });

  it('[REL63] lets no text become markup, runs nothing and loads nothing', () => {
    const bad = `</title><script>alert(1)</script><img src=x onerror="y">'&`;
    const manifest = {
      ...bare(),
      name: bad,
      purpose: bad,
      drawnBy: bad,
      software: { name: bad, version: bad },
      agreements: [{ id: bad, version: 1, digest: bad }],
      leftOut: [{ rule: bad, count: 10 }],
      counts: { ...bare().counts, pictures: 1 },
    };
    const page = text(cardPage(manifest));
    expect(page).not.toMatch(/<script|<img|<link|<iframe|https?:|url\(|@import/);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    const tags = (of: string) => [...of.matchAll(/<([a-z0-9]+)/g)].map(([, tag]) => tag);
    const harmless = {
      ...manifest,
      name: 'x',
      purpose: 'x',
      drawnBy: 'x',
      software: { name: 'x', version: 'x' },
    };
    expect(tags(page)).toEqual(tags(text(cardPage(harmless))));
  });

  it('[REL64] is named when it is missing, cut off, longer, damaged, or of no release', async () => {
    expect(await faultsOf(copy())).toEqual([]);
    const page = whole.store.files.get(CARD_NAME) as Uint8Array;
    const altered = async (bytes: Uint8Array) => {
      const store = copy();
      store.files.set(CARD_NAME, bytes);
      return faultsOf(store);
    };
    expect(await altered(page.slice(1))).toEqual(['REL64 is cut off']);
    expect(await altered(Uint8Array.of(...page, 32))).toEqual(['REL64 is longer than it was']);
    for (const at of [0, page.length >> 1, page.length - 1])
      expect(await altered(page.map((byte, i) => (i === at ? byte ^ 1 : byte)))).toEqual([
        'REL64 is damaged',
      ]);
    const without = copy();
    without.files.delete(CARD_NAME);
    expect(await faultsOf(without)).toEqual(['REL64 is missing']);
    expect(await faultsOf(without, true)).toEqual([]);
    const older = copy();
    older.files.set('release.json', manifestBytes(bare()));
    expect(await faultsOf(older)).toEqual(['REL53 is none of the release']);
  });

  it('[REL51] refuses a manifest whose card is of another shape', () => {
    for (const card of [null, {}, { sha256: 'x', bytes: 1 }, { sha256: 'a'.repeat(64), bytes: -1 }]) {
      const read = readReleaseManifest(manifestBytes({ ...bare(), card } as never));
      expect(read.ok ? [] : read.faults.map(({ at }) => at)).toEqual(['manifest.card']);
    }
  });
});
