import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAgreement } from '@aboveboard/consent/agreement';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { MemoryLogStorage } from '@aboveboard/tlog/memory-log-storage';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { openSequencer } from '@aboveboard/tlog/sequencer';
import { logSigners } from '@aboveboard/tlog/signer';
import { storedLog } from '@aboveboard/tlog/stored-log';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-log-'));
const at = (name: string) => join(folder, name);
const seed = (byte: number) => new Uint8Array(32).fill(byte);

/** The command in this process: what it wrote and how it ended. */
async function run(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const program = makeProgram({
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  const code = await program.run(args);
  return { code, out: out.join(''), err: err.join('') };
}

/** A log of `count` entries as a folder, signed with the keys of `seeds`. */
async function writeLog(name: string, count: number, tag = ''): Promise<void> {
  const storage = new MemoryLogStorage();
  const keys = { ed25519: ed25519Key(seed(1)), mlDsa44: mlDsa44Key(seed(2)) };
  const signers = logSigners('log.example/rules', keys, () => 1_800_000_000);
  const sequencer = await openSequencer({ storage, origin: 'log.example/rules', signers });
  for (let i = 0; i < count; i += 100) {
    const some = Array.from({ length: Math.min(100, count - i) }, (_, j) => `entry ${i + j}${tag}`);
    await Promise.all(some.map((text) => sequencer.append(new TextEncoder().encode(text))));
  }
  const source = storedLog(storage);
  const rest = count - 256;
  const paths = ['checkpoint', 'tile/0/000', `tile/0/001.p/${rest}`, 'tile/1/000.p/1'];
  for (const path of [...paths, 'tile/entries/000', `tile/entries/001.p/${rest}`]) {
    mkdirSync(dirname(join(at(name), path)), { recursive: true });
    writeFileSync(join(at(name), path), (await source.read(path, 1 << 24)) as Uint8Array);
  }
  const lines = signers.map(({ key }) => `log ${formatVerifierKey(key)}\n`);
  writeFileSync(at('policy'), `${lines.join('')}quorum none\n`);
}

beforeAll(async () => {
  await writeLog('log', 300);
  await writeLog('longer', 310);
  await writeLog('forked', 310, ' of another history');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('log', () => {
  it('verify reads a folder whole, and says what it checked', async () => {
    const { code, out } = await run('log', 'verify', at('log'), '--policy', at('policy'));
    expect(code).toBe(0);
    expect(out).toContain('entries     300');
    const json = await run('--json', 'log', 'verify', at('log'), '--policy', at('policy'));
    expect(JSON.parse(json.out)).toMatchObject({ origin: 'log.example/rules', size: 300, faultCount: 0 });
    expect(json.err).toBe('');
  });

  it('verify holds a log against a checkpoint that was kept, and shows two histories', async () => {
    const since = ['--policy', at('policy'), '--since', join(at('log'), 'checkpoint')];
    expect(await run('log', 'verify', at('longer'), ...since)).toMatchObject({ code: 0 });
    const forked = await run('log', 'verify', at('forked'), ...since);
    expect(forked.code).toBe(1);
    expect(forked.err).toContain('two histories');
  });

  it('[LOG155] a fork of two sizes is kept as a file that shows it to anyone, in words', async () => {
    const policy = ['--policy', at('policy')];
    const since = ['--since', join(at('log'), 'checkpoint'), '--evidence', at('fork')];
    expect((await run('log', 'verify', at('forked'), ...policy, ...since)).err).toContain(at('fork'));
    const shown = await run('log', 'fork', at('fork'), ...policy);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toContain('When the second log had 300 entries its root was');
    expect(shown.out).toContain('this log showed two histories');
    const json = await run('--json', 'log', 'fork', at('fork'), ...policy);
    expect(JSON.parse(json.out)).toMatchObject({
      isShown: true,
      by: 'start',
      heads: [{ size: 300 }, { size: 310 }],
    });
    // Nobody is accused by a file that was made up, or under keys of others.
    writeFileSync(at('made-up'), readFileSync(at('fork'), 'utf8').replace(/start\n.{8}/, 'start\nAAAAAAAA'));
    expect((await run('log', 'fork', at('made-up'), ...policy)).code).toBe(1);
    const other = readFileSync(at('policy'), 'utf8').replaceAll('log.example', 'other.example');
    writeFileSync(at('others'), other);
    expect((await run('log', 'fork', at('fork'), '--policy', at('others'))).code).toBe(1);
  });

  it('[LOG156] of a log that is shorter than before both heads are kept, and accuse nobody', async () => {
    const policy = ['--policy', at('policy')];
    const since = ['--since', join(at('longer'), 'checkpoint'), '--evidence', at('two-heads')];
    const set = await run('log', 'verify', at('log'), ...policy, ...since);
    expect(set.code).toBe(1);
    expect(set.err).toContain('That alone proves nothing');
    const shown = await run('log', 'fork', at('two-heads'), ...policy);
    expect(shown.code).toBe(1);
    expect(shown.out).toContain('310 entries');
    expect(shown.err).toContain('Nothing here shows that they contradict each other');
  });

  it('a proof of an entry verifies offline, and for no other entry, index or policy', async () => {
    const [proof, entry] = [at('e.tlog-proof'), at('e')];
    const made = await run(
      ...['log', 'proof', at('log'), '--policy', at('policy'), '--index', '256', '--out', proof],
      ...['--entry-out', entry],
    );
    expect(made.code).toBe(0);
    expect(readFileSync(entry, 'utf8')).toBe('entry 256');
    expect((await run('verify', proof, '--policy', at('policy'))).code).toBe(0);
    writeFileSync(at('other'), 'entry 255');
    const refused = await run('verify', proof, '--policy', at('policy'), '--entry', at('other'));
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('LOG125');
    writeFileSync(at('proof-of-other'), readFileSync(proof, 'utf8').replace('index 256', 'index 255'));
    expect((await run('verify', at('proof-of-other'), '--policy', at('policy'), '--entry', entry)).code).toBe(
      1,
    );
    writeFileSync(
      at('witnessed'),
      `${readFileSync(at('policy'), 'utf8').replace('quorum none\n', '')}quorum w\n`,
    );
    expect((await run('verify', proof, '--policy', at('witnessed'), '--entry', entry)).code).toBe(1);
    const found = await run(
      ...['--json', 'log', 'proof', at('log'), '--policy', at('policy'), '--entry', entry, '--out', proof],
    );
    expect(JSON.parse(found.out)).toMatchObject({ index: 256, size: 300 });
  });

  it('fsck lists every fault: a changed entry, a torn tile, a missing one', async () => {
    await writeLog('broken', 300);
    expect((await run('log', 'fsck', at('broken'))).code).toBe(0);
    const bundle = join(at('broken'), 'tile/entries/000');
    const bytes = readFileSync(bundle);
    bytes[5] = (bytes[5] as number) ^ 1;
    writeFileSync(bundle, bytes);
    rmSync(join(at('broken'), 'tile/0/001.p/44'));
    const broken = await run('--json', 'log', 'fsck', at('broken'));
    expect(broken.code).toBe(1);
    const [report] = JSON.parse(broken.out);
    expect(report.faults.map((fault: { at: string }) => fault.at)).toEqual(
      expect.arrayContaining([expect.stringContaining('tile/entries/000'), 'tile/0/001.p/44']),
    );
    expect((await run('log', 'verify', at('broken'), '--policy', at('policy'))).code).toBe(1);
  });

  it.each([
    ['no policy', ['log', 'verify', 'x']],
    ['a policy that is not there', ['log', 'verify', 'x', '--policy', at('none')]],
    ['no entry named', ['log', 'proof', at('log'), '--policy', at('policy'), '--out', at('p')]],
    [
      'an index that is none',
      ['log', 'proof', at('log'), '--policy', at('policy'), '--out', at('p'), '--index', '-1'],
    ],
    [
      'an index beyond the log',
      ['log', 'proof', at('log'), '--policy', at('policy'), '--out', at('p'), '--index', '300'],
    ],
    ['a proof without its entry', ['verify', at('policy'), '--policy', at('policy')]],
  ])('ends with 2 or 1 for %s, and writes no result', async (_, args) => {
    const { code, out, err } = await run(...args);
    expect(code).toBeGreaterThan(0);
    expect(out).toBe('');
    expect(err.length).toBeGreaterThan(5);
  });
});

describe('verify a receipt', () => {
  it('refuses what is none, and with every fault what does not hold', async () => {
    writeFileSync(at('receipt.json'), canonicalBytes({ format: 'aboveboard-receipt', formatVersion: 1 }));
    const { code, out, err } = await run('verify', at('receipt.json'));
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('CON40');
    expect(err).toContain('CON41');
  });

  it('says what it checked, and what it could not for want of the document and the log', async () => {
    const vectors = JSON.parse(
      readFileSync(new URL('../../../vectors/consent/receipts.json', import.meta.url), 'utf8'),
    ) as { document: string; valid: { text: string }[] };
    const text = vectors.valid[0]?.text ?? '';
    writeFileSync(at('receipt.json'), text);
    writeFileSync(at('receipt-agreement.json'), Buffer.from(vectors.document, 'base64'));
    const then = ['--at', '2026-11-23T09:00:01Z'];
    const alone = await run('--json', 'verify', at('receipt.json'), ...then);
    expect(JSON.parse(alone.out).checked).toEqual(['form', 'signature', 'words']);
    const held = await run(
      'verify',
      at('receipt.json'),
      ...then,
      '--agreement',
      at('receipt-agreement.json'),
    );
    expect(held.code).toBe(0);
    expect(held.out).toContain('checked     it is within the agreement');
    expect(held.out).toContain('not checked the log');
    writeFileSync(at('receipt.json'), text.replace('expenses', 'expensez'));
    expect((await run('verify', at('receipt.json'), ...then)).code).toBe(1);
    expect((await run('verify', at('receipt.json'), '--at', 'yesterday')).code).toBe(2);
  });
});

describe('agreement', () => {
  const before = process.env['ABOVEBOARD_PASSPHRASE'];
  afterEach(() => {
    if (before === undefined) delete process.env['ABOVEBOARD_PASSPHRASE'];
    else process.env['ABOVEBOARD_PASSPHRASE'] = before;
  });

  it('is signed on a machine without a network, by the parties that it names, and by nobody else', async () => {
    process.env['ABOVEBOARD_PASSPHRASE'] = 'made up for this test';
    const roles = ['employer', 'representative', 'data-protection-officer'] as const;
    const keys = new Map<string, string[]>();
    for (const role of roles) {
      const made = await run('--json', 'agreement', 'key', at(`${role}.key`), '--name', `${role}.example`);
      keys.set(role, JSON.parse(made.out).keys);
      expect(readFileSync(at(`${role}.key`), 'latin1')).not.toContain(role);
    }
    const { agreement } = await demonstrationAgreement({
      origins: ['http://127.0.0.1:4310'],
      now: Date.parse('2026-11-22T00:00:00Z'),
      subtle: crypto.subtle,
    });
    const parties = agreement.parties.map((party) => ({ ...party, keys: keys.get(party.role) ?? [] }));
    writeFileSync(at('agreement.json'), canonicalBytes({ ...agreement, parties }));
    expect(parseAgreement(readFileSync(at('agreement.json'))).ok).toBe(true);

    const sign = (role: string, ...rest: string[]) =>
      run(
        'agreement',
        'sign',
        at('agreement.json'),
        '--key',
        at(`${role}.key`),
        '--out',
        at(`${role}.note`),
        ...rest,
      );
    for (const role of roles.slice(0, 2)) expect((await sign(role)).code).toBe(0);
    const notes = () => roles.map((role) => at(`${role}.note`));
    const partly = await run('agreement', 'show', at('agreement.json'), '--note', ...notes().slice(0, 2));
    expect(partly.code).toBe(1);
    expect(partly.err).toContain('data-protection-officer');
    await sign('data-protection-officer');
    const whole = await run('agreement', 'show', at('agreement.json'), '--note', ...notes());
    expect(whole.code).toBe(0);
    expect(whole.out).toContain('Signed by everyone who has to.');

    await run('agreement', 'key', at('stranger.key'), '--name', 'stranger.example');
    expect((await sign('stranger')).err).toContain('does not name these keys');
    expect((await sign('employer')).err).toContain('is there already');
    process.env['ABOVEBOARD_PASSPHRASE'] = 'another one altogether';
    expect((await sign('employer')).err).toContain('does not open with this passphrase');
    process.env['ABOVEBOARD_PASSPHRASE'] = 'short';
    expect((await run('agreement', 'key', at('x.key'), '--name', 'x')).code).toBe(2);
    expect((await sign('employer', '--suspend', 'because')).code).toBe(2);
  });

  it('diff says in words what is new and what is gone', async () => {
    const made = async (origins: string[]) =>
      demonstrationAgreement({ origins, now: Date.parse('2026-11-22T00:00:00Z'), subtle: crypto.subtle });
    writeFileSync(at('1.json'), (await made(['http://127.0.0.1:4310'])).document);
    writeFileSync(at('2.json'), (await made(['http://127.0.0.1:4310', 'http://127.0.0.1:4311'])).document);
    const { code, out } = await run('agreement', 'diff', at('1.json'), at('2.json'));
    expect(code).toBe(0);
    expect(out).toContain('http://127.0.0.1:4311');
  });
});
