import { randomBytes } from 'node:crypto';
import { commitmentEntry } from '@aboveboard/consent/uses-entry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cosignedEntry, signedEntry } from '../src/halves/cosigned-entry.ts';
import { HalfInstallation } from './half-fixture.ts';

const random = (n: number) => new Uint8Array(randomBytes(n));

describe('an entry that this guardian cosigned', () => {
  let installation: HalfInstallation;
  beforeAll(async () => {
    installation = await HalfInstallation.start();
  });
  afterAll(() => installation.end());

  async function shown() {
    const { asked } = await installation.ask([(await installation.release()).id]);
    const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
    const { logs: keys, witnesses } = installation.policy(installation.uses);
    const head = installation.uses.served;
    if (!head) throw new Error('not cosigned');
    const signed = new TextEncoder().encode(head.note.text);
    return {
      entry: bytes(asked.entry),
      proof: bytes(asked.proof),
      log: { origin: installation.uses.origin, keys: keys.map(({ key }) => key) },
      own: () => [witnesses.map(({ key }) => key)],
      text: new TextDecoder().decode(signed),
      head,
    };
  }
  const latest = (text: string, signature: string) => ({
    latest: async () => ({ size: 0, checkpoint: new TextEncoder().encode(`${text}\n${signature}`) }),
  });

  it('[GRD67] is under a head that its own witness remembers, of the same tree', async () => {
    const { entry, proof, log, own, text } = await shown();
    const signature = `— ${log.origin} ${Buffer.alloc(72, 1).toString('base64')}\n`;
    const judge = (rows: Parameters<typeof cosignedEntry>[1]['rows']) =>
      cosignedEntry({ entry, proof }, { log, own, rows });
    expect(await judge(latest(text, signature))).toMatchObject({ ok: true });
    const [origin, size, root] = text.split('\n');
    const larger = [origin, Number(size) + 1, root, ''].join('\n');
    expect(await judge(latest(larger, signature))).toMatchObject({ ok: true });
    const refused = (word: string) => ({
      ok: false,
      faults: [{ rule: 'GRD67', at: 'checkpoint', message: expect.stringContaining(word) }],
    });
    expect(await judge({ latest: async () => null })).toEqual(refused('not seen'));
    const smaller = [origin, Number(size) - 1, root, ''].join('\n');
    expect(await judge(latest(smaller, signature))).toEqual(refused('not seen'));
    const another = [origin, size, Buffer.alloc(32, 7).toString('base64'), ''].join('\n');
    expect(await judge(latest(another, signature))).toEqual(refused('another tree'));
  });

  it('[GRD67] is no commitment, whoever signed the head', async () => {
    const { log } = await shown();
    const entry = commitmentEntry(random(32));
    const { index } = await installation.uses.append(entry);
    const proof = await installation.prove(
      installation.uses,
      index,
      await installation.head(installation.uses),
    );
    expect(signedEntry({ entry, proof }, log)).toEqual({
      ok: false,
      faults: [{ rule: 'GRD67', at: 'entry', message: expect.stringContaining('commitment') }],
    });
  });
});
