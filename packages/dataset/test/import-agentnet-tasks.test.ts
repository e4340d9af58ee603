import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { RecordingError } from '@aboveboard/protocol/fault';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportTrajectory } from '../src/export/agentnet.ts';
import { ExportAccount } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { agentnetTask, agentnetTasks } from '../src/import/agentnet-tasks.ts';
import { checkSource } from '../src/import/foreign-recording.ts';
import { ImportAccount, type ImportSource } from '../src/import/import-account.ts';
import { imported, textSource } from './source-files.ts';

const step = (code: unknown, image: unknown = null) => ({ index: 0, image, value: { code, thought: 'so' } });
const task = (...codes: unknown[]) => ({
  task_id: 'x',
  instruction: 'Mail jane@example.org',
  traj: codes.map((code) => step(code)),
});
const source = (...tasks: unknown[]) =>
  textSource({ 'trajectories.jsonl': tasks.map((one) => JSON.stringify(one)).join('\n') });

async function eventsOf(...codes: string[]): Promise<RecordedEvent[]> {
  const { recording } = await imported(agentnetTask(1), source(task(...codes)));
  const all: RecordedEvent[] = [];
  for await (const events of recording.events()) all.push(...events);
  return all.filter(({ kind }) => !['surface', 'geometry', 'focus'].includes(kind));
}

async function faultsOf(from: ImportSource): Promise<string[]> {
  try {
    await checkSource(agentnetTask(7), from);
  } catch (error) {
    return (error as RecordingError).faults.map(({ rule, at, message }) => `${rule} ${at}: ${message}`);
  }
  return [];
}

/** Imported and exported again: the scripts that come out. */
async function again(from: ImportSource): Promise<string[]> {
  const { manifest, recording } = await imported(agentnetTask(1), from);
  const sink = new MemoryExportSink();
  await exportTrajectory({ ...recording, manifest }, sink, new ExportAccount(), { frames: null });
  const line = JSON.parse(sink.text('trajectories.jsonl')) as { traj: { value: { code: string } }[] };
  return line.traj.map(({ value }) => value.code);
}

describe("AgentNet's training lines", () => {
  it('[IMP60] [IMP63] every step is kept or left out by a rule, the instruction is the task', async () => {
    const { manifest } = await imported(
      agentnetTask(1),
      source(
        task(
          'pyautogui.click(x=0.5, y=0.25)',
          'computer.wait()',
          "computer.terminate(status='success')",
          "browser.select_option(value='b')",
          'browser.clear()',
          "pyautogui.click(x=0.5, y=0.25, button='sixth')",
          'teleport()',
          'import os; os.system("touch /tmp/evaluated")',
          '',
          'pyautogui.moveTo()',
          'pyautogui.press(keys="enter", presses=0)',
          "computer.wait()\npyautogui.press('enter')",
        ),
      ),
    );
    expect(manifest).toMatchObject({ class: 'foreign', task: { text: 'Mail [removed]' } });
    expect(manifest.origin).toEqual({
      format: 'agentnet-jsonl',
      kept: 2,
      reduced: [
        { rule: 'button-unknown', count: 1 },
        { rule: 'call-unknown', count: 1 },
        { rule: 'choice-without-list', count: 1 },
        { rule: 'code-unread', count: 2 },
        { rule: 'end', count: 1 },
        { rule: 'field-without-list', count: 1 },
        { rule: 'no-place', count: 1 },
        { rule: 'nothing-done', count: 1 },
        { rule: 'wait', count: 1 },
      ],
    });
  });

  it('[IMP61] [IMP62] what an export says is the same when it was imported and exported again', async () => {
    const codes = [
      'pyautogui.click(x=0.1234, y=0.9876)',
      'pyautogui.doubleClick(x=0.5, y=0.5)',
      'computer.tripleClick(x=0.25, y=0.75)',
      'pyautogui.rightClick(x=1, y=0)',
      'pyautogui.middleClick(x=0.3333, y=0.6667)',
      "pyautogui.moveTo(x=0.1, y=0.2)\npyautogui.dragTo(x=0.3, y=0.4, button='left')",
      'pyautogui.moveTo(x=0.4, y=0.4)\npyautogui.scroll(-5)',
      'pyautogui.moveTo(x=0.4, y=0.4)\npyautogui.hscroll(3)',
      "pyautogui.keyDown('ctrl')\npyautogui.click(x=0.7, y=0.7)\npyautogui.keyUp('ctrl')",
      "pyautogui.press('enter', presses=2)",
      "pyautogui.hotkey('ctrl', 's')",
      "pyautogui.press('pagedown')",
    ];
    expect(await again(source(task(...codes)))).toEqual(codes);
  });

  it('[IMP62] calls with their arguments in other places mean the same', async () => {
    const [ours, others] = await Promise.all([
      eventsOf(
        'pyautogui.doubleClick(x=0.1, y=0.2)',
        "pyautogui.hotkey('ctrl', 'shift', 't')",
        'pyautogui.moveTo(x=0.5, y=0.5)\npyautogui.scroll(-3)',
        "pyautogui.write(message='ab')",
      ),
      eventsOf(
        'pyautogui.click(0.1, 0.2, clicks=2)',
        "pyautogui.hotkey(['ctrl', 'shift', 't'])",
        'pyautogui.moveTo(0.5, 0.5); pyautogui.scroll(clicks=-3)',
        "pyautogui.typewrite(['a', 'b'])",
      ),
    ]);
    expect(others).toEqual(ours);
  });

  it('[IMP12] [IMP62] of what is written stay how many keys of which class', async () => {
    const events = await eventsOf("pyautogui.write(message='Jane, 7\\n')");
    expect(events.filter(({ kind }) => kind === 'keydown')).toMatchObject([
      ...Array.from({ length: 5 }, () => ({ key: 'printable' })),
      { key: 'space' },
      { key: 'printable' },
      { key: 'navigation', name: 'Enter' },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/Jane|7"/);
  });

  it('[IMP62] places are those of the picture that the first step shows, and of no file outside', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d494844520000032000000258', 'hex');
    const opened: string[] = [];
    const at = async (image: string, bytes: Uint8Array = png) => {
      const line = { ...task(), traj: [step('pyautogui.click(x=0.5, y=0.5)', image)] };
      const of: ImportSource = {
        open(name) {
          opened.push(name);
          const held = name === 'trajectories.jsonl' ? Buffer.from(JSON.stringify(line)) : bytes;
          return (async function* () {
            for (const byte of held) yield Uint8Array.of(byte);
          })();
        },
      };
      const { recording } = await imported(agentnetTask(1), of);
      for await (const events of recording.events())
        for (const event of events) if (event.kind === 'down') return [event.x, event.y];
      return null;
    };
    expect(await at('a-1.png')).toEqual([400, 300]);
    expect(await at('a.png', Buffer.from('not a picture at all, of any kind'))).toEqual([960, 540]);
    expect(await at('a.png', png.subarray(0, 20))).toEqual([960, 540]);
    for (const name of ['../a.png', '/etc/passwd', 'a/b.png', '.hidden', 'a\0b']) {
      opened.length = 0;
      expect(await at(name)).toEqual([960, 540]);
      expect(new Set(opened)).toEqual(new Set(['trajectories.jsonl']));
    }
  });

  it('[IMP3] [IMP6] tells all the faults at once, with line and step, and quotes nothing', async () => {
    const faults = await faultsOf(
      source({
        instruction: 7,
        traj: [
          step(7),
          null,
          step('pyautogui.click(x=40, y=2)'),
          step('pyautogui.scroll(1e9)'),
          step("pyautogui.press('')"),
          step('pyautogui.write(7)'),
          step(`pyautogui.write('${'hunter2'.repeat(2000)}')`),
          step('computer.wait()\n'.repeat(1001)),
        ],
      }),
    );
    expect(faults).toEqual([
      'IMP6 trajectories.jsonl line 7: instruction is not a text',
      'IMP6 trajectories.jsonl line 7 step 1: value.code is not a text',
      'IMP6 trajectories.jsonl line 7 step 2: value.code is not a text',
      'IMP6 trajectories.jsonl line 7 step 3: a place is not two fractions of the picture',
      'IMP6 trajectories.jsonl line 7 step 4: an amount is not a number within 10000',
      'IMP6 trajectories.jsonl line 7 step 5: a key has a name',
      'IMP6 trajectories.jsonl line 7 step 6: a text that is written is missing',
      'IMP6 trajectories.jsonl line 7 step 7: a text has more than 10000 characters',
      'IMP6 trajectories.jsonl line 7 step 8: has more than 1000 calls',
    ]);
    expect(await faultsOf(source({ instruction: 'x', traj: [] }))).toHaveLength(1);
    expect(await faultsOf(textSource({ 'trajectories.jsonl': '[1]' }))).toHaveLength(1);
    expect(await faultsOf(textSource({ 'trajectories.jsonl': '' }))).toHaveLength(1);
    expect(await faultsOf(textSource({}))).toHaveLength(1);
  });

  it('[IMP5] a few words that ask for millions of keys are a fault, not the memory', async () => {
    const script = "pyautogui.press('a', presses=1000)\n".repeat(600);
    const [fault, ...more] = await faultsOf(source(task(script)));
    expect(fault).toContain('more than 1000000 events');
    expect(more).toEqual([]);
  });

  it('[IMP60] a file has a task in each line; a line that can not be read is a fault', async () => {
    const numbers = async (text: string) => {
      const account = new ImportAccount();
      const found: number[] = [];
      for await (const { number } of agentnetTasks(textSource({ 'trajectories.jsonl': text }), account))
        found.push(number);
      return { found, faults: account.faults.map(({ rule, at }) => `${rule} ${at}`) };
    };
    expect(await numbers('{}\n\n{}\n')).toEqual({ found: [1, 3], faults: [] });
    const account = new ImportAccount();
    const long = textSource({ 'trajectories.jsonl': `{"a":"${'x'.repeat(2 ** 24)}"}\n{}` });
    const found: number[] = [];
    for await (const { number } of agentnetTasks(long, account)) found.push(number);
    expect({ found, rules: account.faults.map(({ rule }) => rule) }).toEqual({ found: [2], rules: ['IMP5'] });
    expect((await numbers('\n \n')).faults).toEqual(['IMP4 trajectories.jsonl']);
  });

  it('[IMP4] [IMP6] whatever a task holds, typed faults or a recording', async () => {
    const code = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.constantFrom(
            'pyautogui.click',
            'pyautogui.write',
            'pyautogui.hotkey',
            'pyautogui.scroll',
            'x.y',
          ),
          fc.array(fc.oneof(fc.string(), fc.double(), fc.array(fc.string()))),
        )
        .map(([name, args]) => `${name}(${args.map((one) => JSON.stringify(one)).join(', ')})`),
    );
    const any = fc.oneof(
      fc.jsonValue(),
      fc.record({
        instruction: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        traj: fc.array(
          fc.oneof(
            fc.jsonValue(),
            code.map((one) => step(one)),
          ),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(any, async (one) => {
        const from = source(one);
        if ((await faultsOf(from)).length > 0) return;
        const { manifest } = await imported(agentnetTask(1), from);
        const told = manifest.origin?.reduced.reduce((sum, { count }) => sum + count, manifest.origin.kept);
        expect(told).toBe((one as { traj: unknown[] }).traj.length);
      }),
      { numRuns: 200 },
    );
  });
});
