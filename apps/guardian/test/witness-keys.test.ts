import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { beforeEach, describe, expect, it } from 'vitest';
import { openGuardianStore } from '../src/store.ts';
import { witnessIdentity } from '../src/witness/witness-identity.ts';

/** What goes on between server, guardian, parties and recorders is in e2e/key-rotation.test.ts. */
let data: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'guardian-keys-'));
  data = join(folder, 'guardian');
  return () => rmSync(folder, { recursive: true, force: true });
});
const now = () => 1_800_000_000;
const open = () => {
  const store = openGuardianStore(data);
  return { store, identity: witnessIdentity(store, now) };
};
const names = (keys: readonly Parameters<typeof formatVerifierKey>[0][]) => keys.map(formatVerifierKey);
const seedsOf = (store: ReturnType<typeof openGuardianStore>, name: string) =>
  Buffer.from(
    (store.prepare('select value from setting where name = ?').get(name) as { value: Uint8Array }).value,
  );

describe('the keys of the witness', () => {
  it('[GRD90] a pair to come is one pair, also after a restart, and another than the one in use', () => {
    const { store, identity } = open();
    expect(identity.next()).toEqual([]);
    identity.begin();
    const next = names(identity.next());
    identity.begin();
    expect(names(identity.next())).toEqual(next);
    store.close();
    const again = open();
    expect(names(again.identity.next())).toEqual(next);
    expect(names(again.identity.pairs()[0] ?? []).some((key) => next.includes(key))).toBe(false);
    // Four lines under each cosignature, and two under what it says of itself (GRD91).
    expect(again.identity.cosigners()).toHaveLength(4);
    expect(again.identity.wordSigners()).toHaveLength(2);
    again.store.close();
  });

  it('[GRD94] the pair that went is in no file any more, and the other one is in use', () => {
    const { store, identity } = open();
    const old = seedsOf(store, 'witness seeds');
    expect(() => identity.retire()).toThrow(RangeError);
    identity.begin();
    const next = seedsOf(store, 'next witness seeds');
    const keys = names(identity.next());
    identity.retire();
    const files = () => Buffer.concat(readdirSync(data).map((name) => readFileSync(join(data, name))));
    expect(files().includes(old)).toBe(false);
    expect(files().includes(next)).toBe(true);
    expect(names(identity.pairs()[0] ?? [])).toEqual(keys);
    expect(identity.next()).toEqual([]);
    store.close();
    const again = open();
    expect(names(again.identity.pairs().flat())).toEqual(keys);
    again.store.close();
  });

  it('[GRD94] seeded hole: what is only deleted stays in the write-ahead log', () => {
    const { store, identity } = open();
    const old = seedsOf(store, 'witness seeds');
    identity.begin();
    store.exec("delete from setting where name = 'witness seeds'");
    const files = () => Buffer.concat(readdirSync(data).map((name) => readFileSync(join(data, name))));
    expect(files().includes(old)).toBe(true);
    store.close();
  });
});
