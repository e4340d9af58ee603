import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { demonstrationAgreement } from '@aboveboard/consent/demonstration';
import { parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { mlDsa44Key } from '@aboveboard/tlog/ml-dsa-44';
import { cosigner, logSigners, textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { recipientOf } from '@aboveboard/vault/envelope';
import { generateHybridIdentity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProgram } from '../src/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'aboveboard-enrolment-'));
const at = (name: string) => join(folder, name);
const seed = (byte: number) => new Uint8Array(32).fill(byte);
const PLACE = {
  storageLocations: ['Example City'],
  jurisdiction: 'none',
  supervisoryAuthority: 'none',
  recipients: [],
  transfers: [],
  withdrawAt: 'In the recorder',
};

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

describe('the enrolment file', () => {
  let guardian: Server;
  let address: string;
  let recipient: string;
  const make = (over: Record<string, string> = {}) => {
    const flags = { guardian: address, policy: at('policy'), place: at('place'), out: at('made'), ...over };
    const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
    return run('enrolment', at('agreement'), ...given);
  };

  beforeAll(async () => {
    recipient = await recipientOf(await generateHybridIdentity());
    guardian = createServer((request, response) => {
      const known = request.url === '/relay';
      response
        .writeHead(known ? 200 : 404)
        .end(known ? JSON.stringify({ recipient, periodSeconds: 300 }) : '');
    });
    await new Promise<void>((resolve) => guardian.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(guardian.address() as AddressInfo).port}`;
    const options = { origins: ['http://127.0.0.1:4310'], now: Date.now(), subtle: crypto.subtle };
    const { agreement } = await demonstrationAgreement(options);
    for (const [i, party] of agreement.parties.entries()) {
      const keys = [ed25519Key(seed(i + 1)), mlDsa44Key(seed(i + 1))];
      party.keys = keys.map((key) => formatVerifierKey(textSigner(`${party.role}.example`, key).key));
    }
    writeFileSync(at('agreement'), canonicalBytes(agreement));
    const logs = (['rules', 'uses'] as const).flatMap((name, i) => {
      const keys = { ed25519: ed25519Key(seed(20 + i)), mlDsa44: mlDsa44Key(seed(20 + i)) };
      return logSigners(`log.example/${name}`, keys, () => 0).map(
        ({ key }) => `log ${formatVerifierKey(key)}\n`,
      );
    });
    const witness = formatVerifierKey(cosigner('guardian.example/w', ed25519Key(seed(30)), () => 0).key);
    const end = 'group parties all one\nquorum parties\n';
    writeFileSync(at('policy'), `${logs.join('')}witness one ${witness}\n${end}`);
    writeFileSync(at('no-quorum'), `${logs.join('')}quorum none\n`);
    writeFileSync(at('place'), JSON.stringify(PLACE));
    writeFileSync(at('no-place'), JSON.stringify({ ...PLACE, storageLocations: [] }));
  });
  afterAll(() => {
    guardian.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('[ENR20, ENR22] is made as a recorder takes it, each log under its own keys, and is not written over', async () => {
    const { code, out } = await make();
    expect(code).toBe(0);
    const bytes = readFileSync(at('made'));
    expect(out.replaceAll(' ', '')).toContain(createHash('sha256').update(bytes).digest('hex'));
    const parsed = parseEnrolment(bytes);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    const { file, rules, uses } = parsed.value;
    expect(file).toMatchObject({ guardian: address, relay: { recipient, periodSeconds: 300 }, place: PLACE });
    const origins = ({ policy }: typeof uses) => policy.logs.map(({ key }) => key.name);
    expect(origins(rules)).toEqual(['log.example/rules', 'log.example/rules']);
    expect(origins(uses)).toEqual(['log.example/uses', 'log.example/uses']);
    expect([...rules.trust.parties.keys()].sort()).toEqual([
      'data-protection-officer',
      'employer',
      'representative',
    ]);
    expect((await make()).err).toContain('is there already');
  });

  it('[ENR21, ENR22] is not made of what no recorder would take', async () => {
    const faulty = async (over: Record<string, string>) => {
      const { code, err } = await make({ out: at('never'), ...over });
      expect(code).not.toBe(0);
      return err;
    };
    expect(await faulty({ policy: at('no-quorum') })).toContain('ENR22');
    expect(await faulty({ place: at('no-place') })).toContain('ENR20');
    expect(await faulty({ place: at('agreement-not-there') })).toContain('can’t be read');
    expect(await faulty({ guardian: 'http://127.0.0.1:1' })).toContain('No guardian answers');
    expect(await faulty({ guardian: `${address}/` })).toMatch(/ENR21|No guardian|does not reach/);
  });

  describe('in the browser’s policy', () => {
    const ID = 'abcdefghijklmnop'.repeat(2);
    const UPDATES = 'https://records.example/recorder/updates.xml';
    const policyOf = (given: { enrolment?: string; id?: string; updates?: string; out?: string }) => {
      const { enrolment = at('for-policy'), id = ID, updates = UPDATES, out = at('policy.json') } = given;
      return run('policy', enrolment, '--id', id, '--updates', updates, '--out', out);
    };
    beforeAll(async () => {
      expect((await make({ out: at('for-policy') })).code).toBe(0);
    });

    it('[ENR24, ENR27] installs the recorder by force, and brings the enrolment to the byte', async () => {
      const { code, out } = await policyOf({});
      expect(code).toBe(0);
      const enrolment = readFileSync(at('for-policy'));
      expect(out.replaceAll(' ', '')).toContain(createHash('sha256').update(enrolment).digest('hex'));
      const policy = JSON.parse(readFileSync(at('policy.json'), 'utf8'));
      expect(policy.ExtensionSettings[ID]).toMatchObject({
        installation_mode: 'force_installed',
        update_url: UPDATES,
        override_update_url: true,
      });
      expect(policy['3rdparty'].extensions).toEqual({ [ID]: { enrolment: enrolment.toString() } });
      expect((await policyOf({})).err).toContain('is there already');
    });

    it('is not made for another id or address than a browser takes, nor of what no recorder would', async () => {
      const faulty = async (given: Parameters<typeof policyOf>[0]) => {
        const { code, err } = await policyOf({ out: at('never-policy'), ...given });
        expect(existsSync(at('never-policy'))).toBe(false);
        return `${code} ${err}`;
      };
      for (const id of ['', ID.slice(1), `${ID}a`, ID.toUpperCase(), ID.replace('p', 'q')])
        expect(await faulty({ id }), id).toMatch(/^2 .*32 letters/);
      for (const updates of ['x', 'http://records.example/u', 'https://u:p@records.example/u', 'file:///u'])
        expect(await faulty({ updates }), updates).toMatch(/^2 .*https/);
      expect(await faulty({ enrolment: at('place') })).toMatch(/^1 .*ENR20/s);
      expect(await faulty({ enrolment: at('not-there') })).toMatch(/^2 .*can’t be read/);
    });
  });
});
