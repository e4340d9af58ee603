import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalBytes } from '@aboveboard/consent/canonical-json';
import { readBenchTask } from '@aboveboard/dataset/eval/bench-check';
import { taskAnnotation } from '@aboveboard/dataset/model/annotation';
import type { ReleaseTaskEntry } from '@aboveboard/dataset/release/release-manifest';
import { measuredInputs } from '@aboveboard/dataset/release/risk-refusals';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLeRobot } from '../../../packages/dataset/test/lerobot-contract.ts';
import { openFolderSink } from '../src/folder-sink.ts';
import { makeProgram } from '../src/program.ts';
import { makeRelease, planFrom, type ReleaseSources } from '../src/release-making.ts';
import { quietRisk, releasedByPeople } from './made-up-recordings.ts';

const PYTHON = '/usr/bin/python3';
const CLIENT = fileURLToPath(new URL('../../../clients/python', import.meta.url));
let room: string;
const at = (...names: string[]) => join(room, ...names);
const logged: [string, number][] = [];

beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'aboveboard-release-'));
  const recordings = releasedByPeople(20);
  const secret = Uint8Array.from({ length: 32 }, (_, i) => 99 - i);
  const sink = await openFolderSink(at('release'));
  const sources: ReleaseSources = {
    ids: recordings.map(({ manifest }) => manifest.id),
    open: async (id) => recordings.find(({ manifest }) => manifest.id === id) as (typeof recordings)[0],
    person: (id) => id.slice(0, 10),
  };
  const { plan } = await planFrom(sources, new Uint8Array(32), { level: 'release' }, () => undefined);
  const report = { ...quietRisk(), inputs: await measuredInputs(plan, crypto.subtle) };
  const made = await makeRelease(
    sources,
    {
      secret,
      ask: { level: 'release' },
      head: { name: 'made-up', version: 1, purpose: 'agent-training', software: { name: 'a', version: '1' } },
      risk: {
        report,
        digest: 'b'.repeat(64),
        threshold: { naming: 0.3, linking: 0.7 },
        agreed: new Map([['a'.repeat(64), 0.3]]),
      },
    },
    sink,
    { progress: () => undefined, logged: async (digest, of) => void logged.push([digest, of.length]) },
  );
  await sink.finish();
  expect(secret.every((byte) => byte === 0)).toBe(true);
  const file = { format: 'aboveboard-release-keys', release: made.manifest.id, keys: made.keys };
  await writeFile(at('keys.json'), JSON.stringify(file));
  expect(logged).toEqual([[made.digest, 20]]);
});
afterAll(() => rm(room, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const stream = { write: (text: string) => (said += text) };
  const code = await makeProgram({ version: '1', stdout: stream, stderr: stream }).run(args);
  return { code, said };
}

async function filesIn(folder: string): Promise<Map<string, Uint8Array>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const paths = files.map((one) => join(one.parentPath, one.name));
  return new Map(
    await Promise.all(
      paths.map(
        async (path) => [path.slice(folder.length + 1), new Uint8Array(await readFile(path))] as const,
      ),
    ),
  );
}

describe('a release on disk', () => {
  it('[REL53] is verified, shown and compared by the command', async () => {
    expect(await run('dataset', 'verify', at('release'))).toMatchObject({ code: 0 });
    const { code, said } = await run('--json', 'dataset', 'show', at('release'));
    expect(code).toBe(0);
    const told = JSON.parse(said);
    expect(told).toMatchObject({ digest: logged[0]?.[0], counts: { tasks: 20 } });
    // What the card says, for machines and in plain text (REL65).
    expect(told.facts.map(({ title }: { title: string | null }) => title)).toContain('How it was collected');
    const shown = await run('dataset', 'show', at('release'));
    const bad = {
      ...told,
      facts: undefined,
      digest: undefined,
      purpose: 'a\u001b[2Jb',
      drawnBy: 'c\u001b[2Jd',
    };
    await mkdir(at('hostile'));
    const { tasks } = JSON.parse(await readFile(at('release', 'release.json'), 'utf8'));
    await writeFile(at('hostile', 'release.json'), canonicalBytes({ ...bad, tasks }));
    const hostile = await run('dataset', 'show', at('hostile'));
    expect([hostile.code, hostile.said.includes('\u001b')]).toEqual([0, false]);
    expect(shown.said).toMatch(/How it was collected\n.*recorder[\s\S]*There is no public licence/);
    expect(await run('dataset', 'diff', at('release'), at('release'))).toEqual({ code: 0, said: '' });
  });

  it('[REL53] with faults is exit code 1, and each is named', async () => {
    await cp(at('release'), at('broken'), { recursive: true });
    const shards = await readdir(at('broken', 'shards'));
    await rm(at('broken', 'shards', shards[0] as string));
    await writeFile(at('broken', 'shards', shards[1] as string), 'x');
    const { code, said } = await run('dataset', 'verify', at('broken'));
    expect(code).toBe(1);
    expect(said).toContain(`${shards[0]} is missing`);
    expect(said).toContain(`${shards[1]} is cut off`);
  });

  it('[REL54] is exported to tasks of the benchmark, trajectories and ATIF', async () => {
    for (const format of ['agentnet-bench', 'openai', 'atif']) {
      const to = at(`as-${format}`);
      const args = ['--keys', at('keys.json'), '--format', format, '--out', to];
      expect(await run('dataset', 'export', at('release'), ...args)).toMatchObject({ code: 0 });
    }
    const tasks = await readdir(at('as-agentnet-bench', 'tasks'));
    expect(tasks).toHaveLength(20);
    const task = await readFile(at('as-agentnet-bench', 'tasks', tasks[0] as string), 'utf8');
    expect(readBenchTask(JSON.parse(task)).ok).toBe(true);
    expect((await readFile(at('as-openai', 'trajectories.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(
      20,
    );
  });

  it('[EXP43] [REL54] is exported to tables, a row for each task, step and picture', async () => {
    const to = at('as-parquet');
    const args = ['--keys', at('keys.json'), '--format', 'parquet', '--out', to];
    expect(await run('dataset', 'export', at('release'), ...args)).toMatchObject({ code: 0 });
    const rows = async (name: string) => {
      const bytes = new Uint8Array(await readFile(join(to, `${name}.parquet`)));
      return parquetReadObjects({ file: bytes.buffer, compressors });
    };
    expect(await rows('tasks')).toHaveLength(20);
    expect((await rows('tasks'))[0]).toMatchObject({ card: 'say-ok', steps: 3, stands: null });
    const steps = await rows('steps');
    expect(steps).toHaveLength(60);
    expect(steps.slice(0, 3).map(({ kind, index }) => [kind, index])).toEqual([
      ['click', 0],
      ['type', 1],
      ['keys', 2],
    ]);
    expect(await rows('frames')).toEqual([]);
    const trees = await rows('trees');
    const pressed = trees.filter(
      (row) => row['task'] === steps[0]?.['task'] && row['tree'] === steps[0]?.['tree'],
    );
    expect(pressed.map(({ node, role, name }) => [node, role, name]).slice(0, 2)).toEqual([
      [0, 'document', ''],
      [1, 'heading', 'Orders'],
    ]);
    expect(pressed[Number(steps[0]?.['node'])]).toMatchObject({
      role: 'button',
      name: 'Submit',
      box_x: null,
    });
    expect(/Wendel/.test(JSON.stringify(trees))).toBe(false);
  });

  it('[EXP70] [EXP75] is exported as LeRobot reads it, with the sides of the split by person', async () => {
    const to = at('as-lerobot');
    const args = ['--keys', at('keys.json'), '--format', 'lerobot', '--out', to];
    expect(await run('dataset', 'export', at('release'), ...args)).toMatchObject({ code: 0 });
    const { data, faults } = await readLeRobot(await filesIn(to));
    expect(faults).toEqual([]);
    expect(data.info).toMatchObject({ total_episodes: 20, total_frames: 60, total_tasks: 1 });
    expect(data.info.splits).toEqual({ train: '0:10', test: '10:20' });
    const { tasks } = JSON.parse(await readFile(at('release', 'release.json'), 'utf8'));
    const sides = new Map(tasks.map((task: ReleaseTaskEntry) => [task.id, task.splits.person]));
    const told = data.episodes.map((row) => sides.get(row['task_id'] as string));
    expect(told).toEqual([...Array(10).fill('train'), ...Array(10).fill('test')]);
    const report = JSON.parse(await readFile(join(to, 'export.json'), 'utf8'));
    expect(report).toMatchObject({ format: 'lerobot', recordings: 20, actions: 60, frames: 0 });
    expect(report.loses).toContain('boxes of what was acted on');
  });

  it('[REL54] [REL41] is not exported with keys of another, nor when a shard is damaged', async () => {
    await writeFile(
      at('other.json'),
      JSON.stringify({ format: 'aboveboard-release-keys', release: 'x', keys: {} }),
    );
    const args = (keys: string, from: string) =>
      ['dataset', 'export', at(from), '--keys', at(keys), '--format', 'atif', '--out', at('none')] as const;
    expect((await run(...args('other.json', 'release'))).code).toBe(1);
    await cp(at('release'), at('damaged'), { recursive: true });
    const [shard] = await readdir(at('damaged', 'shards'));
    await writeFile(at('damaged', 'shards', shard as string), 'x');
    expect((await run(...args('keys.json', 'damaged'))).code).toBe(1);
    expect(existsSync(at('none'))).toBe(false);
  });
});

describe('annotations', () => {
  /** A model that answers whatever `reply` says to a question's text. */
  async function annotated(out: string, reply: (text: string, n: number) => string) {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const question = JSON.parse(body) as { messages: { content: { text: string }[] }[] };
      const text = question.messages[1]?.content[0]?.text ?? '';
      asked.push(text);
      response.end(JSON.stringify({ choices: [{ message: { content: reply(text, asked.length) } }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const args = ['--keys', at('keys.json'), '--endpoint', url, '--model', 'm', '--out', at(out)];
    const { code, said } = await run('--json', 'dataset', 'annotate', at('release'), ...args);
    server.close();
    return { code, told: JSON.parse(said), asked };
  }
  const lines = async (name: string) =>
    (await readFile(at(name), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const sound = (text: string) =>
    text.includes('Steps:')
      ? 'Here it is: {"description": "Press  the\\nbutton.", "thought": "It has to be pressed."}'
      : '{"instruction": "Enter ok, then press Enter"}';

  it('[MEP30] [MEP31] say of each step what is done, of each task what it is in other words, and that they are synthetic', async () => {
    const { code, told, asked } = await annotated('notes.jsonl', sound);
    expect({ code, ...told }).toMatchObject({ code: 0, questions: 80, asked: 80, rejected: 0 });
    expect(asked[0]).toBe('Task: "Type ok and press Enter"');
    expect(asked[2]).toContain("2 (this step). pyautogui.write(message='");
    const notes = await lines('notes.jsonl');
    expect(notes).toHaveLength(80);
    for (const note of notes)
      expect(note).toMatchObject({
        synthetic: true,
        model: 'm',
        prompt: 'annotation-2',
        question: /^[0-9a-f]{64}$/.exec(note.question)?.[0],
      });
    expect(notes[0]).toMatchObject({ index: null, instruction: 'Enter ok, then press Enter' });
    expect(notes[1]).toMatchObject({ index: 0, description: 'Press the button.' });
    expect(await run('dataset', 'verify', at('release'))).toMatchObject({ code: 0 });
    // Nothing is asked twice.
    expect((await annotated('notes.jsonl', sound)).asked).toEqual([]);
  });

  it.each([
    ['PWNED'],
    ['{"description": "See https://evil.example", "thought": "x"}'],
    ['{"description": "<script>alert(1)</script>", "thought": "x"}'],
    ['{"description": "Write to jane.doe@example.org", "thought": "x"}'],
    ['{"description": "a\\u202eb", "thought": "x"}'],
    ['{"description": "x"}'],
    ['[1]'],
    [`{"description": "${'x'.repeat(601)}", "thought": "x"}`],
  ])('[MEP32] [MEP33] a bad answer is kept apart, and asked for again: %j', async (bad) => {
    await Promise.all([rm(at('bad.jsonl'), { force: true }), rm(at('bad.jsonl.rejected'), { force: true })]);
    const { told } = await annotated('bad.jsonl', (text, n) => (n === 2 ? bad : sound(text)));
    expect(told).toMatchObject({ asked: 80, rejected: 1 });
    expect(await lines('bad.jsonl')).toHaveLength(79);
    expect(await lines('bad.jsonl.rejected')).toHaveLength(1);
    expect((await annotated('bad.jsonl', sound)).asked).toHaveLength(1);
    expect(await lines('bad.jsonl')).toHaveLength(80);
  });

  it('[MEP32] what was given may be said again: a surrogate is nobody', async () => {
    const given = 'Task: "Call Jane Doe at +49 30 1234567"';
    const reply = '{"instruction": "Telephone Jane Doe (+49 30 1234567)"}';
    expect(taskAnnotation(reply, given)).toEqual({ instruction: 'Telephone Jane Doe (+49 30 1234567)' });
    expect(taskAnnotation(reply, 'Task: "Call her"')).toBeNull();
  });
});

describe.skipIf(!existsSync(PYTHON))('the Python loader', () => {
  const python = (script: string, folder = 'plain') =>
    execFileSync(PYTHON, ['-B', '-c', script, at(folder)], {
      encoding: 'utf8',
      env: { PYTHONPATH: CLIENT },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const HEAD = 'import sys\nfrom aboveboard_release import Damaged, Release\n';
  const CAUGHT = `${HEAD}try:\n  Release(sys.argv[1]).verify()\nexcept Damaged as e:\n  print("\\n".join(e.faults))`;

  beforeAll(async () => {
    const args = ['--keys', at('keys.json'), '--format', 'shards', '--out', at('plain')];
    expect(await run('dataset', 'export', at('release'), ...args)).toMatchObject({ code: 0 });
  });

  it('[REL55] reads every task and both sides of a split', () => {
    const script = `${HEAD}
r = Release(sys.argv[1])
r.verify()
print(len(r), len(list(r.tasks(person="train"))), len(list(r.tasks(person="test"))))
t = next(r.tasks())
tree = t.tree(t.steps[0])
print(t.instruction, [s["action"]["kind"] for s in t.steps], t.picture(t.steps[0]), r.digest)
print(tree["nodes"][tree["node"]], t.end_tree()["nodes"][-1]["value"] == t.steps[1]["action"]["text"])`;
    expect(python(script)).toBe(
      `20 10 10\nType ok and press Enter ['click', 'type', 'keys'] None ${logged[0]?.[0]}\n` +
        `{'parent': 0, 'role': 'button', 'name': 'Submit'} True\n`,
    );
  });

  it('[EXP60] [EXP61] [REL54] reads the samples of a release exported as WebDataset with its own tarfile', async () => {
    const args = ['--keys', at('keys.json'), '--format', 'webdataset', '--out', at('as-webdataset')];
    expect(await run('dataset', 'export', at('release'), ...args)).toMatchObject({ code: 0 });
    const script = `
import json, os, sys, tarfile
folder = os.path.join(sys.argv[1], "shards")
files = [(m.name, t.extractfile(m).read()) for n in sorted(os.listdir(folder)) for t in [tarfile.open(os.path.join(folder, n))] for m in t]
first = json.loads(files[0][1])
trees = [json.loads(b) for n, b in files if n.endswith(".tree.json")]
print(len(files), len(trees), trees[0]["nodes"][trees[0]["node"]]["name"], len({n.rsplit("-", 1)[0] for n, _ in files}), first["action"]["kind"], first["instruction"])`;
    expect(python(script, 'as-webdataset')).toBe('160 80 Submit 20 click Type ok and press Enter\n');
  });

  it('[REL55] [REL65] is what the command verifies too, with the card of the release', async () => {
    const cards = [at('plain', 'card.html'), at('release', 'card.html')].map((path) =>
      readFile(path, 'utf8'),
    );
    expect(await cards[0]).toBe(await cards[1]);
    expect(await run('dataset', 'verify', at('plain'))).toMatchObject({ code: 0 });
  });

  it('[REL54] names all faults at once, and gives nothing of a damaged task', async () => {
    await cp(at('plain'), at('bad'), { recursive: true });
    const [first, second, third] = await readdir(at('bad', 'plain'));
    const bytes = await readFile(at('bad', 'plain', first as string));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    await writeFile(at('bad', 'plain', first as string), bytes);
    await rm(at('bad', 'plain', second as string));
    await writeFile(at('bad', 'plain', third as string), 'x');
    await writeFile(at('bad', 'more'), 'x');
    await writeFile(at('bad', 'card.html'), 'x');
    expect(python(CAUGHT, 'bad').trim().split('\n')).toEqual(
      [
        'card.html is damaged',
        'more is none of the release',
        `plain/${first} is damaged`,
        `plain/${second} is missing`,
        `plain/${third} is cut off`,
      ].sort(),
    );
    const read = `${HEAD}n = 0\ntry:\n  for t in Release(sys.argv[1]).tasks(): n += 1\nexcept Damaged: print("ended", n < 20)`;
    expect(python(read, 'bad')).toBe('ended True\n');
  });

  it('[REL50] [REL52] refuses a manifest that lies', async () => {
    await cp(at('plain'), at('lies'), { recursive: true });
    const text = await readFile(at('lies', 'release.json'), 'utf8');
    for (const lie of [
      text.replace(/"sha256":"[0-9a-f]{64}"/g, '"sha256":"../../../../etc/hostname"'),
      text.replace('{', '{"format":"aboveboard-release",'),
      '[]',
    ]) {
      await writeFile(at('lies', 'release.json'), lie);
      expect(python(CAUGHT, 'lies')).toMatch(/release\.json/);
    }
  });
});

describe('what a release teaches', () => {
  const keys = () => ['--keys', at('keys.json')];

  it('[EVA37] is learnt on one side of the split by person and measured on the other, the same each time', async () => {
    for (const name of ['one.json', 'two.json'])
      expect(
        await run('eval', 'baseline', '--train', at('release'), ...keys(), '--out', at(name)),
      ).toMatchObject({ code: 0 });
    expect(await readFile(at('one.json'), 'utf8')).toBe(await readFile(at('two.json'), 'utf8'));
    expect(JSON.parse(await readFile(at('one.json'), 'utf8'))).toMatchObject({ trained: { tasks: 10 } });
    const test = ['eval', 'baseline', '--test', at('release'), ...keys(), '--model', at('one.json')];
    const { code, said } = await run('--json', ...test, '--against', at('two.json'));
    expect(code).toBe(0);
    const report = JSON.parse(said.slice(said.indexOf('{')));
    expect(report).toMatchObject({ isSameRelease: true, score: { tasks: 10, found: { mean: 1 } } });
    expect(report.difference.other).toMatchObject({ mean: 0, low: 0, high: 0 });
    expect(report.difference.random.low).toBeGreaterThan(0);
    expect((await run(...test)).said).toContain('beside      nearest');
  });

  it('[EVA37] a split that is not there, a level that may not leave, and another release are told', async () => {
    const train = ['eval', 'baseline', ...keys(), '--train'];
    const cases = [
      [[...train, at('release'), '--out', at('x.json'), '--split', 'template'], 1, 'REL21'],
      [[...train, at('release'), '--out', at('x.json'), '--split', 'week'], 2, '--split'],
      [[...train, at('release'), '--out', at('one.json')], 2, 'there already'],
      [[...train, at('release')], 2, '--out'],
    ] as const;
    for (const [args, code, reason] of cases) {
      const told = await run(...args);
      expect(told).toMatchObject({ code });
      expect(told.said).toContain(reason);
    }
    await cp(at('release'), at('inside'), { recursive: true });
    const manifest = JSON.parse(await readFile(at('release', 'release.json'), 'utf8'));
    await writeFile(
      at('inside', 'release.json'),
      canonicalBytes({ ...manifest, level: 'vault', risk: null }),
    );
    const inside = await run(...train, at('inside'), '--out', at('x.json'));
    expect(inside).toMatchObject({ code: 1 });
    expect(inside.said).toContain('REL17');
    const policy = JSON.parse(await readFile(at('one.json'), 'utf8'));
    await writeFile(at('other.json'), JSON.stringify({ ...policy, release: 'another' }));
    const test = ['eval', 'baseline', '--test', at('release'), ...keys(), '--model'];
    expect((await run(...test, at('other.json'))).said).toContain('the same people may be on both sides');
    await writeFile(at('bad.json'), JSON.stringify({ ...policy, seed: -1, weights: 'x' }));
    const bad = await run(...test, at('bad.json'));
    expect(bad).toMatchObject({ code: 1 });
    expect(bad.said).toMatch(/EVA35 at seed[\s\S]*EVA35 at weights/);
  });
});
