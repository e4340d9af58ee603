import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readUsesEntry } from '@aboveboard/consent/uses-entry';
import type { BenchTask } from '@aboveboard/dataset/eval/bench-task';
import { publishedOn } from '@aboveboard/dataset/release/croissant';
import { releaseReader } from '@aboveboard/dataset/release/release-reading';
import type { StartedGuardian } from '@aboveboard/guardian/start';
import type { ShownGrant } from '@aboveboard/protocol/grants';
import type { MyLineage, ShownLineage } from '@aboveboard/protocol/lineage';
import { openBuildQueue } from '@aboveboard/server/releases/build-queue';
import { FrameRenderer } from '@aboveboard/server/rendering/frame-renderer';
import type { StartedServer } from '@aboveboard/server/start';
import { ed25519Key } from '@aboveboard/tlog/ed25519';
import { textSigner } from '@aboveboard/tlog/signer';
import { formatVerifierKey } from '@aboveboard/tlog/verifier-key';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attestRelease } from '../apps/cli/src/release-attestation.ts';
import type { ShownBuild } from '../apps/cli/src/release-builds.ts';
import { readManifestIn, releaseFolder, releaseGzip } from '../apps/cli/src/release-folder.ts';
import { workerHouse, workOnBuilds } from '../apps/cli/src/release-worker.ts';
import { releasedByPeople } from '../apps/cli/test/made-up-recordings.ts';
import type { Client } from '../apps/server/test/device.ts';
import { croissantFormatFaults } from '../packages/dataset/test/croissant-contract.ts';
import { readLeRobot } from '../packages/dataset/test/lerobot-contract.ts';
import { likeness } from './applications/same-picture.ts';
import { BuildHouse } from './build-house.ts';
import { asRecorded, type Truth } from './recorded-page.ts';

/** Twenty people's released work, a vault and a guardian in processes' and folders of their own, and the command. */
const PEOPLE = 20;
/** After an erasure: nine others are drawn by lot, so that nobody shows who is missing. */
const LEFT = PEOPLE - 10;
const PYTHON = '/usr/bin/python3';
const ROOT = join(import.meta.dirname, '..');
let house: BuildHouse;
let server: StartedServer;
let guardian: StartedGuardian;
let whose: Map<string, Client>;
let researcher: Client;
let grant: ShownGrant;
let root: string;
let her: Record<string, string>;
const at = (...names: string[]) => house.at(...names);
const run = (...args: string[]) => house.run(...args);
const build: BuildHouse['build'] = (...given) => house.build(...given);
const filesOf = (folder: string) => house.filesOf(folder);

beforeAll(async () => {
  house = await BuildHouse.start(PEOPLE);
  ({ server, guardian, whose, researcher, grant, root } = house);
}, 120_000);
afterAll(() => house?.stop());

async function killedAt(line: string, out: string): Promise<void> {
  expect(await house.killedAt(line, out)).toBe('SIGKILL');
}

/** Plain entries of the log of uses, of one kind. */
async function entered(kind: string) {
  const { storage, size } = server.installation.inner.logs.uses;
  return (await storage.entries(0, await size())).flatMap((bytes) => {
    const read = readUsesEntry(bytes);
    return read.ok && read.value.kind === 'plain' && read.value.use.act.kind === kind ? [read.value.use] : [];
  });
}

/** What this contributor is told: names of releases, with hers in each. */
async function hers(client: Client): Promise<Record<string, string[]>> {
  const { releases } = (await client.call<MyLineage>('GET', '/api/my/lineage')).body;
  return Object.fromEntries(releases.map(({ name, recordings }) => [name, recordings]));
}

describe('a build over a real installation', () => {
  it('[REL1] [T13] opens through vault and guardian under the grant, logs it, and writes what verifies', async () => {
    const before = (await entered('access')).length;
    const { code, said } = await build('first', {
      more: ['--pictures', '--browsers', '2', '--origins', at('first.origins')],
    });
    expect([code, said]).toEqual([0, expect.stringContaining(`${PEOPLE} tasks`)]);
    expect(said).toContain(`pictures    ${3 * PEOPLE}; 0 steps could not be shown`);
    expect(await run('dataset', 'verify', at('first'))).toMatchObject({ code: 0 });
    const accesses = await entered('access');
    expect(accesses).toHaveLength(before + 1);
    expect(accesses.at(-1)).toMatchObject({
      actor: { role: 'researcher' },
      act: { grant: grant.id, purpose: 'dataset', recordings: PEOPLE },
    });
    const digest = /digest\s+([0-9a-f]{64})/.exec(said)?.[1];
    const [built, ...others] = await entered('dataset');
    expect(others).toEqual([]);
    expect(built).toMatchObject({
      actor: { role: 'researcher', account: accesses.at(-1)?.actor.account },
      act: { dataset: 'first', version: 1, manifest: digest, recordings: PEOPLE },
    });
  });

  it('[REL73] [REL74] [REL77] [REL78] is attested under the log’s key and its grant, and the log has what was attested', async () => {
    const { verifierKeys } = server.installation.inner.logs.uses;
    writeFileSync(at('policy'), `${verifierKeys.map((key) => `log ${key}\n`).join('')}quorum none\n`);
    const trusted = ['--policy', at('policy')];
    const logged = [...trusted, '--log', `${server.url}/log/uses`];
    const verify = (folder: string, ...more: string[]) => run('dataset', 'verify', at(folder), ...more);
    const held = await verify('first', ...logged);
    expect([held.code, held.said]).toEqual([
      0,
      expect.stringMatching(/attested {4}by \S+\nlogged {6}as entry \d+/),
    ]);
    expect((await verify('first')).said).toContain('not checked: name whom you trust');
    const own = verifierKeys.find((key) => key.length < 200) ?? '';
    expect(await verify('first', '--key', own)).toMatchObject({ code: 0 });
    const { payload } = JSON.parse(readFileSync(at('first', 'attestation.json'), 'utf8'));
    const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
    expect(predicate).toMatchObject({ grant: grant.id, purpose: 'model-training', level: 'release' });

    // Beside it stands what catalogues read, of this manifest and of today (REL81).
    const told = readFileSync(at('first', 'croissant.json'));
    expect(croissantFormatFaults(JSON.parse(String(told)), Object.fromEntries(filesOf('first')))).toEqual([]);
    // Another's key; nothing; a changed word beside a shard that is missing; what is of another release.
    const stranger = formatVerifierKey(textSigner('log.example', ed25519Key(new Uint8Array(32))).key);
    expect((await verify('first', '--key', stranger)).said).toContain('REL77');
    cpSync(at('first'), at('attested'), { recursive: true });
    rmSync(at('attested', 'attestation.json'));
    expect(await verify('attested')).toMatchObject({ code: 0, said: expect.stringContaining('there is no') });
    expect(await verify('attested', ...trusted)).toMatchObject({
      code: 1,
      said: expect.stringContaining('is missing'),
    });
    const whole = readFileSync(at('first', 'attestation.json'), 'utf8');
    writeFileSync(
      at('attested', 'attestation.json'),
      whole.replace(/"sig":"./, (sig) => `"sig":"${sig.endsWith('A') ? 'B' : 'A'}`),
    );
    const [shard = ''] = readdirSync(at('attested', 'shards'));
    rmSync(at('attested', 'shards', shard));
    const both = await verify('attested', ...trusted);
    expect(both.said).toMatch(/REL53[\s\S]*REL77: attestation\.json\.signatures\[0\] does not hold/);
    // The installation's own key says another thing, and the log does not have it.
    const lie = await attestRelease(await readManifestIn(at('first')), 'ab'.repeat(16), server.installation);
    cpSync(at('first'), at('lied'), { recursive: true });
    writeFileSync(at('lied', 'attestation.json'), lie.bytes);
    expect(await verify('lied', ...trusted)).toMatchObject({ code: 0 });
    expect(await verify('lied', ...logged)).toMatchObject({
      code: 1,
      said: expect.stringContaining('REL78'),
    });
    for (const name of ['attested', 'lied']) rmSync(at(name), { recursive: true });
  });

  it('[REL3] [T15] nothing in it names a recording, and nothing beside it is left', () => {
    const all = [...filesOf('first').values()].map((text) => Buffer.from(text, 'base64').toString('latin1'));
    for (const id of whose.keys()) for (const text of all) expect(text).not.toContain(id);
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('[REL45] [REL46] [MASK39] shows the drawn page before each step, and of nobody what her page alone showed', async () => {
    const to = ['--keys', at('first.keys'), '--format', 'agentnet-bench', '--out', at('bench')];
    expect(await run('dataset', 'export', at('first'), ...to)).toMatchObject({ code: 0 });
    const tasks = readdirSync(at('bench', 'tasks')).map(
      (name) => JSON.parse(readFileSync(at('bench', 'tasks', name), 'utf8')) as BenchTask,
    );
    expect(tasks).toHaveLength(PEOPLE);
    // What is pressed has its box from the tree of the drawn page.
    for (const { steps } of tasks) {
      const [pressed] = steps[0]?.ground_truth_actions ?? [];
      expect(pressed && 'metadata' in pressed && pressed.metadata.bboxes[0]?.rel_bbox[2]).toBeCloseTo(0.9, 2);
    }
    const { keys } = JSON.parse(readFileSync(at('first.keys'), 'utf8'));
    const { manifest } = await readManifestIn(at('first'));
    const reader = releaseReader(releaseFolder(at('first')), manifest, keys, {
      subtle: crypto.subtle,
      gunzip: releaseGzip.gunzip,
    });
    const renderer = await FrameRenderer.start({ bars: true });
    const works = releasedByPeople(2);
    const truths = await Promise.all(works.map(async (work) => (await asRecorded(renderer, work)) as Truth));
    await renderer.close();
    const [{ picture, hers, common }, other] = truths as [Truth, Truth];
    // What somebody's page alone showed would be seen: this eye knows it again in the next one's.
    expect(likeness(picture, other.picture, hers)).toBeGreaterThan(0.7);
    for (const [i, task] of manifest.tasks.entries()) {
      const [trees, { steps }] = [await reader.trees(task), await reader.task(task)];
      expect(/Wendel/.test(JSON.stringify([trees, steps]))).toBe(false);
      const end = trees.find((tree) => tree.end);
      // The text that is typed is the one that the field shows, in the tree as in the picture.
      const typed = steps.find(({ action }) => action.kind === 'type')?.action;
      expect(end?.nodes.find(({ role }) => role === 'textbox')?.value).toBe(
        typed?.kind === 'type' && typed.text,
      );
      const pictures = await reader.pictures(task);
      expect(pictures).toHaveLength(3);
      // It looks long: at the pictures of three.
      if (i >= 3) continue;
      const png = PNG.sync.read(Buffer.from(pictures[0]?.bytes as Uint8Array));
      expect(likeness(picture, png, common)).toBeGreaterThan(0.95);
      expect(likeness(picture, png, hers)).toBeLessThan(0.7);
    }
  });

  it('[EXP70] [EXP73] [EXP77] is a LeRobot dataset with the pictures that were drawn', async () => {
    const to = ['--keys', at('first.keys'), '--format', 'lerobot', '--out', at('lerobot')];
    expect(await run('dataset', 'export', at('first'), ...to)).toMatchObject({ code: 0 });
    const files = new Map<string, Uint8Array>();
    for (const [name, text] of filesOf('lerobot')) files.set(name.slice(1), Buffer.from(text, 'base64'));
    const { data, faults } = await readLeRobot(files);
    expect([faults, data.info.total_frames]).toEqual([[], 3 * PEOPLE]);
    expect(Number([data.stats['observation.image']?.['mean']].flat(4)[0])).toBeGreaterThan(0.7);
  });

  it.skipIf(!existsSync(PYTHON))('[REL55] the Python loader reads it', async () => {
    const to = ['--keys', at('first.keys'), '--format', 'shards', '--out', at('plain')];
    expect(await run('dataset', 'export', at('first'), ...to)).toMatchObject({ code: 0 });
    const script = `import sys
from aboveboard_release import Release
r = Release(sys.argv[1])
r.verify()
t = next(r.tasks())
print(len(list(r.tasks())), t.instruction, t.picture(t.steps[0])[1:4], t.tree(t.steps[0])["image"] == t.steps[0]["picture"]["name"])`;
    const env = { PYTHONPATH: join(ROOT, 'clients/python') };
    // The installation's word goes with it (REL79).
    const attested = await run('dataset', 'verify', at('plain'), '--policy', at('policy'));
    expect(attested).toMatchObject({ code: 0, said: expect.stringContaining('attested    by') });
    const said = JSON.parse(readFileSync(at('plain', 'croissant.json'), 'utf8'));
    expect(croissantFormatFaults(said, Object.fromEntries(filesOf('plain')))).toEqual([]);
    expect(execFileSync(PYTHON, ['-B', '-c', script, at('plain')], { encoding: 'utf8', env })).toBe(
      `${PEOPLE} Type ok and press Enter b'PNG' True\n`,
    );
  });

  it('[REL4] another build of the same has nothing in common with it', async () => {
    expect(await build('other')).toMatchObject({ code: 0 });
    const [one, two] = [filesOf('first'), filesOf('other')];
    const shards = (files: Map<string, string>) =>
      [...files.keys()].filter((name) => name.includes('shards'));
    expect(shards(two).filter((name) => one.has(name))).toEqual([]);
  });

  it('[REL5] killed by -9 it leaves no folder, and goes on to the same bytes, whoever goes on', async () => {
    await killedAt(`task 5 of ${PEOPLE}`, 'killed');
    expect([existsSync(at('killed')), existsSync(at('killed.keys'))]).toEqual([false, false]);
    const tasks = readFileSync(at('.killed.building', 'tasks.jsonl'), 'utf8').trim().split('\n');
    expect(tasks).toHaveLength(5);
    const inside = [...filesOf('.killed.building').values()].map((text) =>
      Buffer.from(text, 'base64').toString('latin1'),
    );
    for (const id of whose.keys()) for (const text of inside) expect(text).not.toContain(id);

    await killedAt(`task 9 of ${PEOPLE}`, 'killed');
    // Begun on another day, which the one that goes on keeps (REL81).
    const job = at('.killed.building', 'job.json');
    const salt = readFileSync(job, 'utf8').replace(/"day":"[^"]+"/, '"day":"2026-01-02"');
    writeFileSync(job, salt);
    cpSync(at('.killed.building'), at('.copied.building'), { recursive: true });
    // Another damaged half-way: what does not open under its key is made anew.
    const [shard = ''] = readdirSync(at('.copied.building', 'release', 'shards'));
    writeFileSync(at('.copied.building', 'release', 'shards', shard), 'x');
    writeFileSync(at('.copied.building', 'release', 'shards', `${'0'.repeat(64)}.bin`), 'of nothing');
    const went = await build('killed');
    expect([went.code, went.said]).toEqual([0, expect.stringContaining('ended after 9 tasks')]);
    expect(filesOf('killed')).not.toEqual(filesOf('first'));
    expect(await run('dataset', 'verify', at('killed'))).toMatchObject({ code: 0 });
    expect(publishedOn(readFileSync(at('killed', 'croissant.json')))).toBe('2026-01-02');
    expect(existsSync(at('.killed.building'))).toBe(false);

    // The job names where the keys go, so the copy's is put in order by hand.
    const entries = (await entered('dataset')).length;
    const whole = filesOf('killed');
    rmSync(at('killed.keys'));
    rmSync(at('killed'), { recursive: true });
    cpSync(at('.copied.building'), at('.killed.building'), { recursive: true });
    rmSync(at('.copied.building'), { recursive: true });
    expect(readFileSync(job, 'utf8')).toBe(salt);
    const again = await build('killed');
    expect(again.code).toBe(0);
    expect(again.said.replace(/^Goes on.*$/m, '')).toBe(went.said.replace(/^Goes on.*$/m, ''));
    expect(filesOf('killed')).toEqual(whole);
    // Of the same bytes the log says once that they are there.
    expect((await entered('dataset')).length).toBe(entries);
  });

  it('[REL18] for another purpose than the grant’s there is none, and nothing is left', async () => {
    const { code, said } = await build('purposeless', { purpose: 'model-testing' });
    expect([code, said]).toEqual([1, expect.stringContaining('REL18')]);
    expect(readdirSync(root).filter((name) => name.includes('purposeless'))).toEqual([]);
  });

  it('[GRD72] while the representative has locked the guardian there is none, and what was built waits', async () => {
    await killedAt(`task 3 of ${PEOPLE}`, 'locked');
    const answer = await fetch(`${guardian.url}/representative/passphrase`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: guardian.url },
      body: JSON.stringify({
        token: new URL(guardian.setupLink as string).hash.slice('#setup='.length),
        passphrase: 'correct horse battery staple',
      }),
    });
    her = { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', origin: guardian.url };
    const lock = (method: string) =>
      fetch(`${guardian.url}/representative/lock`, {
        method,
        headers: { ...her, 'content-type': 'application/json' },
        ...(method === 'POST' ? { body: '{}' } : {}),
      });
    expect((await lock('POST')).ok).toBe(true);
    const { code, said } = await build('locked');
    expect([code, said]).toEqual([1, expect.stringContaining('has locked the guardian')]);
    expect(existsSync(at('locked'))).toBe(false);
    expect((await lock('DELETE')).ok).toBe(true);
    expect((await build('locked')).said).toContain('ended after 3 tasks');
  });

  it('[LIN1, LIN10, LIN31, LIN34] [REL4] [REL114, REL115] [T11] after an erasure the half-built can not go on, and the next has nothing of hers', async () => {
    await killedAt(`task 6 of ${PEOPLE}`, 'next');
    const [[id, contributor]] = [...whose] as [[string, Client]];
    expect(await hers(contributor)).toMatchObject({ first: [id], killed: [id] });
    await contributor.call('POST', '/api/my/recordings/erasure', { recordings: [id] });
    expect((await build('next')).said).toContain('measured of other recordings');
    expect(readdirSync(root).filter((name) => name.includes('next'))).toEqual([]);
    await house.writeRisk();
    const { code, said } = await build('next');
    expect([code, said]).toEqual([0, expect.stringContaining(`${LEFT} tasks`)]);
    expect(said).not.toContain('Goes on');
    await server.installation.releases.announce();
    const { releases } = (await researcher.call<ShownLineage>('GET', '/api/releases')).body;
    const told = new Map(releases.map(({ name, holders }) => [name, holders.some((one) => one.toldOn)]));
    expect([told.get('first'), told.get('killed'), told.get('next')]).toEqual([true, true, false]);
    const left = Object.keys(await hers(contributor));
    expect([left.includes('first'), left.includes('next')]).toEqual([true, false]);
    // The job inside knows which tasks are gone; whoever comes from outside goes by what it entered.
    const keys = ['--keys-before', at('first.keys'), '--keys-after', at('next.keys')];
    const apart = (...more: string[]) => run('dataset', 'apart', at('first'), at('next'), ...keys, ...more);
    const inside = await apart('--origins', at('first.origins'));
    expect([inside.code, inside.said]).toEqual([0, expect.stringMatching(/entered {5}as entry \d+/)]);
    const [word, ...more] = await entered('dataset-apart');
    expect([word?.act, more]).toMatchObject([{ dataset: 'next', version: 1 }, []]);
    expect((await apart('--origins', at('first.origins'))).said).toBe(inside.said);
    expect(await entered('dataset-apart')).toHaveLength(1);
    const same = await run('dataset', 'apart', at('first'), at('first'));
    expect([same.code, same.said]).toEqual([1, expect.stringContaining('REL110')]);
    const listed = await run('dataset', 'withdrawals');
    expect(listed.said).toMatch(/first 1 {2}superseded on \d{4}-\d\d-\d\d, the next may be built/);
    expect(listed.said).not.toContain('next 1 ');
  });

  it('[REL90] [REL95] what workers build is listed, paused, gone on with, and cancelled without a trace', async () => {
    await house.writeRisk();
    // None works: what it waits for does not end by itself.
    const building = build('shared', { more: ['--workers', '0'] });
    const listed = async () => {
      const { said } = await run('--json', 'dataset', 'builds');
      return (JSON.parse(said) as { builds: ShownBuild[] }).builds;
    };
    while (((await listed())[0]?.steps.waiting ?? 0) === 0);
    const [shown, ...more] = (await listed()) as [ShownBuild];
    expect([shown, more]).toMatchObject([
      { name: 'shared', version: 1, state: 'working', problem: null },
      [],
    ]);
    const { waiting } = shown.steps;
    expect(waiting).toBeGreaterThanOrEqual(LEFT);
    const id = shown.id.slice(0, 8);
    const queue = await openBuildQueue(server.installation.inner.databaseUrl);
    const ends = new AbortController();
    const work = () =>
      workOnBuilds(workerHouse(server.installation, null), queue, {
        build: null,
        pool: null,
        signal: ends.signal,
      });
    expect(await run('dataset', 'pause', id)).toMatchObject({ code: 0, said: 'shared 1  paused\n' });
    const worker = work();
    await wait(1_000);
    expect((await listed())[0]).toMatchObject({ state: 'paused', steps: { waiting, done: 0 } });
    expect(await run('dataset', 'pause', id)).toMatchObject({
      code: 1,
      said: expect.stringContaining('REL95'),
    });
    expect((await run('dataset', 'resume', id)).said).toBe('shared 1  working\n');
    while (((await listed())[0]?.steps.done ?? 0) < 2);
    ends.abort();
    expect(await worker).toBeGreaterThanOrEqual(2);
    expect((await run('dataset', 'cancel', id)).said).toBe('shared 1  cancelled\n');
    expect(await building).toMatchObject({ code: 1, said: expect.stringContaining('was cancelled') });
    await queue.close();
    expect((await run('dataset', 'builds')).said).toContain('shared 1  cancelled');
    expect((await run('dataset', 'resume', id)).said).toContain('this build is cancelled');
    expect((await run('dataset', 'cancel', '0123')).said).toContain('no such build');
    expect((await run('dataset', 'cancel', '..')).code).toBe(2);
    expect(readdirSync(root).filter((name) => name.includes('shared'))).toEqual([]);
  });

  it('[REL17] a grant for other weeks covers nothing to build of', async () => {
    const narrow = await house.asked({ from: '2020-W01', to: '2020-W02' });
    await house.approve(narrow);
    const { code, said } = await build('narrow', { under: narrow.id });
    expect([code, said]).toEqual([1, expect.stringContaining('nothing that a contributor released')]);
  });
});
