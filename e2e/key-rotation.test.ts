import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CellLine, Question, Reply } from '@aboveboard/capture/cell-line';
import { FollowedRules, type KeptRules, type RulesNews } from '@aboveboard/capture/line/followed-rules';
import { FollowedUses, type KeptUses } from '@aboveboard/capture/line/followed-uses';
import { type Enrolment, parseEnrolment } from '@aboveboard/consent/enrolment-file';
import { type StartedGuardian, startGuardian } from '@aboveboard/guardian/start';
import { openGuardianWatch } from '@aboveboard/server/controls/guardian-watch';
import { finishRotation, missingForRotation, prepareRotation } from '@aboveboard/server/logs/policy-rotation';
import { makeRulesLog } from '@aboveboard/server/logs/rules-log';
import { postToWitness } from '@aboveboard/server/logs/witness-post';
import type { StartedServer } from '@aboveboard/server/start';
import { logFilesOf } from '@aboveboard/server/vault/log-files';
import { makeVaultRules } from '@aboveboard/server/vault/vault-rules';
import { parseCheckpoint } from '@aboveboard/tlog/checkpoint';
import { verifyCheckpoint } from '@aboveboard/tlog/policy';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GuardianClient } from '../apps/guardian/pages/guardian-client.ts';
import { Parties, startProduction } from '../apps/server/test/production.ts';
import { temporaryFolder } from '../apps/server/test/server.ts';
import { found, nameGuardian } from './production-installation.ts';
import { freePort } from './real-application.ts';

/**
 * The keys of the witness and of both logs are replaced while the installation works, twice: with the real server, the real guardian
 * and whoever relies on the logs, as docs/ceremonies.md has it.
 */
const ORIGIN = 'http://127.0.0.1:4310';
const run = promisify(execFile);
const COMMAND = fileURLToPath(new URL('../apps/cli/bin/aboveboard.js', import.meta.url));
const ask = async (url: string) => {
  const answer = await fetch(url);
  return answer.ok ? await answer.text() : null;
};

/** A recorder that follows both logs, as from cell to cell. */
function recorder(enrolment: Enrolment, address: () => string) {
  const asked = new Map<string, Question>();
  const line = { ask: async (key: string, question: Question) => void asked.set(key, question) } as CellLine;
  function kept<T>() {
    let value: T | null = null;
    return {
      get: async () => structuredClone(value),
      put: async (next: T) => {
        value = structuredClone(next);
      },
      remove: async () => undefined,
    };
  }
  let news: RulesNews = { rules: null, fork: null, faults: [] };
  const rules = new FollowedRules({
    ...{ line, kept: kept<KeptRules>(), enrolment, now: Date.now, subtle: crypto.subtle },
    changed: async (said) => {
      news = said;
    },
  });
  const keptUses = kept<KeptUses>();
  const uses = new FollowedUses({
    ...{ line, kept: keptUses, policy: enrolment.uses.policy, now: Date.now },
    inForce: () => rules.kept.mark?.policy ?? null,
  });
  return {
    news: () => news,
    uses: keptUses.get,
    async periods(most: number) {
      for (let period = 0; period < most; period++) {
        await rules.ask();
        await uses.ask();
        const replies = new Map<string, Reply>();
        for (const [key, { path }] of asked) {
          const answer = await fetch(`${address()}${path}`);
          const body = new Uint8Array(await answer.arrayBuffer());
          replies.set(key, { status: answer.status, type: '', retryAfter: 0, body });
        }
        asked.clear();
        await rules.deliver(replies);
        await uses.deliver(replies);
      }
    },
  };
}

describe('keys of the witness and of the logs are replaced', () => {
  let folder: string;
  let data: string;
  let port: number;
  let server: StartedServer;
  let guardian: StartedGuardian;
  let her: GuardianClient;
  let parties: Parties;
  let enrolment: Enrolment;
  const address = () => server.url;
  const now = () => Math.floor(Date.now() / 1000);
  const vaultRules = (name: string) =>
    makeVaultRules({ enrolment, read: logFilesOf(server.url), markPath: join(folder, name), now });
  const missing = async () =>
    (await missingForRotation(server.installation, { data, post: postToWitness }))?.map(({ at }) => at);

  async function restart() {
    await server.stop();
    server = await startProduction({ data, port });
  }

  /** What comes about by itself after the parties signed: the bridge, and that the guardian looks at the rules. */
  async function untilNothingIsMissing() {
    for (let tries = 0; tries < 60; tries++) {
      if ((await missing())?.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(await missing()).toEqual([]);
  }

  async function aboveboard(...words: string[]) {
    const { stdout } = await run(process.execPath, [COMMAND, ...words, '--data', data, '--json']);
    return JSON.parse(stdout);
  }

  beforeAll(async () => {
    folder = temporaryFolder();
    // PostgreSQL runs as another user where this one is root.
    chmodSync(folder, 0o711);
    data = join(folder, 'data');
    port = await freePort();
    guardian = await startGuardian({
      ...{ data: join(folder, 'guardian'), server: `http://127.0.0.1:${port}`, port: 0 },
    });
    mkdirSync(data);
    await nameGuardian(data, guardian);
    server = await startProduction({ data, port });
    parties = new Parties({
      submit: (entry) => {
        const { logs, bridges } = server.installation.inner;
        return makeRulesLog(logs.rules, bridges.areThere).submit(entry);
      },
    });
    const { logs } = server.installation.inner;
    const verifierKeys = { rules: logs.rules.verifierKeys, uses: logs.uses.verifierKeys };
    const listed = async () => () => undefined;
    const founded = await found({ data, parties, verifierKeys, guardian }, ORIGIN, 12, listed);
    her = founded.her;
    writeFileSync(join(folder, 'enrolment.json'), founded.enrolment);
    const parsed = parseEnrolment(founded.enrolment);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    enrolment = parsed.value;
    return async () => {
      await guardian.stop();
      await server.stop();
    };
  });

  it('[LGS50, LGS51, LGS53, GRD90, GRD91, GRD93, GRD95, VLT111] nobody is set up anew, the old keys go, and who slept comes after', async () => {
    const [awake, asleep] = [recorder(enrolment, address), recorder(enrolment, address)];
    const [vault, sleepingVault] = [vaultRules('mark'), vaultRules('sleeping-mark')];
    for (const one of [awake, asleep]) await one.periods(3);
    expect(awake.news().rules?.state.standing.inForce).toBe(true);
    expect((await vault.now())?.state.policies).toEqual([]);
    expect(await sleepingVault.now()).not.toBeNull();

    // Nothing is prepared: nothing would change, and nothing can go.
    const wish = { data, enrolment, witnesses: null, withLogKeys: false, ask };
    await expect(prepareRotation(server.installation, wish)).rejects.toThrow('no witness has other keys');
    expect(await missing()).toBeUndefined();
    const retire = () => her.send('/representative/witness-keys/retired', {});
    await expect(retire()).rejects.toThrow('no other keys');

    await her.send('/representative/witness-keys', {});
    const next = await ask(`${guardian.url}/witness/next-vkey`);
    await her.send('/representative/witness-keys', {});
    expect(await ask(`${guardian.url}/witness/next-vkey`)).toBe(next);
    const statement = await prepareRotation(server.installation, { ...wish, withLogKeys: true });
    expect(await prepareRotation(server.installation, { ...wish, withLogKeys: true })).toEqual(statement);
    const before = readFileSync(join(data, 'keys', 'rules.log-keys'), 'utf8');
    await restart();
    await awake.periods(3);
    expect(awake.news().faults).toEqual([]);

    expect(await missing()).toContain('rules log');
    await parties.say(statement, 'representative');
    expect(await missing()).toContain('rules log');
    // The guardian's witness may have seen more than is served at that moment; then it says that it can't check.
    const refusal = () =>
      retire().then(
        () => 'gone',
        ({ message }: Error) => message,
      );
    await expect.poll(refusal, { timeout: 20_000 }).toContain('not both signed');
    await parties.say(statement, 'employer');
    await untilNothingIsMissing();
    await awake.periods(4);
    expect(awake.news().rules?.policy).toBe(statement.to);
    expect((await vault.now())?.policy).toBe(statement.to);

    const { missing: lacking } = await aboveboard('rotate', 'show');
    expect(lacking).toEqual([]);

    await finishRotation(data);
    await restart();
    await expect.poll(refusal, { timeout: 20_000 }).toBe('gone');
    expect(await ask(`${guardian.url}/witness/next-vkey`)).toBeNull();
    expect(await ask(`${guardian.url}/witness/vkey`)).toBe(next);
    expect(await ask(`${server.url}/api/logs/policy`)).toBe(statement.to);

    // The witness of before and the log's keys of before vouch for nothing that is served now.
    await parties.say({ kind: 'breach', id: statement.id, at: now(), digest: 'ef'.repeat(32) }, 'employer');
    const { size } = (await makeRulesLog(server.installation.inner.logs.rules).state()) ?? { size: 0 };
    await expect
      .poll(async () => (await vault.now())?.state.size, { timeout: 20_000, interval: 200 })
      .toBe(size);
    const served = parseCheckpoint(await (await fetch(`${server.url}/log/rules/checkpoint`)).bytes());
    if (!served.ok) throw new Error('no checkpoint');
    expect(verifyCheckpoint(served.value, enrolment.rules.policy).ok).toBe(false);
    const [oldSeed = ''] = before.match(/(?<=^ed25519 ).*$/m) ?? [];
    expect(oldSeed).toHaveLength(44);
    for (const name of readdirSync(join(data, 'keys')).filter((one) => one.endsWith('.log-keys')))
      expect(readFileSync(join(data, 'keys', name), 'utf8')).not.toContain(oldSeed);

    // What is opened is cosigned by the new keys, and the guardian's word is believed by them.
    const { journal, recordings, inner } = server.installation;
    const source = await recordings.beginImport();
    await journal.beforeRead({ kind: 'inspection', by: 'operator' }, [source.id]);
    const keys = join(data, 'keys');
    const watch = await openGuardianWatch(
      { root: data, keys },
      { policy: inner.policy, uses: null, now: Date.now, mayRun: () => undefined },
    );
    expect((await watch.ask()).log).toBe(inner.logs.uses.origin);

    // Once more, of the witness alone; then those wake up that know nothing of either.
    await her.send('/representative/witness-keys', {});
    const again = await prepareRotation(server.installation, { ...wish, enrolment: null });
    expect(again.from).toBe(statement.to);
    await restart();
    for (const role of ['employer', 'representative'] as const) await parties.say(again, role);
    await untilNothingIsMissing();
    await finishRotation(data);
    await restart();
    await expect.poll(refusal, { timeout: 20_000 }).toBe('gone');
    await parties.say({ kind: 'breach', id: statement.id, at: now(), digest: 'cd'.repeat(32) }, 'employer');
    const used = await server.installation.inner.logs.uses.size();
    for (const one of [awake, asleep]) {
      await expect
        .poll(
          async () => {
            await one.periods(1);
            const { size = 0, policy } = (await one.uses()) ?? {};
            return [one.news().rules?.state.breaches.length, size >= used && policy === again.to];
          },
          { timeout: 30_000, interval: 100 },
        )
        .toEqual([2, true]);
      expect(one.news().rules?.policy).toBe(again.to);
      expect(one.news().faults).toEqual([]);
      expect((await one.uses())?.faults).toEqual([]);
    }
    // An auditor who has the enrolment file and nothing else comes to the same policy.
    const out = join(folder, 'followed-policy');
    await aboveboard(
      'log',
      'policy',
      server.url,
      '--enrolment',
      join(folder, 'enrolment.json'),
      '--out',
      out,
    );
    expect(readFileSync(out, 'utf8')).toBe(again.to);
    const verified = await aboveboard('log', 'verify', `${server.url}/log/rules`, '--policy', out);
    expect(verified.size).toBeGreaterThanOrEqual(size);
    expect((await sleepingVault.now())?.state.breaches).toHaveLength(2);
    expect((await sleepingVault.usesPolicy()).witnesses).toHaveLength(2);
  });

  it('[LGS52] a second change is not taken before the old witnesses made the first one public', async () => {
    const { logs } = server.installation.inner;
    const never = makeRulesLog(logs.rules, async () => false);
    const state = await never.state();
    const last = state?.policies.at(-1);
    if (!state || !last) throw new Error('no change was made');
    const change = { kind: 'policy' as const, id: state.agreement, from: last.to, to: last.from };
    const signed = new Parties(never);
    await expect(signed.say(change)).rejects.toThrow('no effect');
  });
});
