import type { RecordedEvent } from '@aboveboard/protocol/event';
import type { SerializedNode, StateItem } from '@aboveboard/protocol/state';
import type { ElementContext } from '@aboveboard/redact/masker';
import { structuralMasker } from '@aboveboard/redact/structural-masker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportTrajectory } from '../src/export/agentnet.ts';
import { writeBenchTask } from '../src/export/agentnet-bench.ts';
import { anthropic } from '../src/export/anthropic.ts';
import { exportAtif } from '../src/export/atif.ts';
import { readDemonstration } from '../src/export/demonstration.ts';
import type { Dialect } from '../src/export/dialect.ts';
import { ExportAccount, type ExportRecording, readActions } from '../src/export/export-recording.ts';
import { MemoryExportSink } from '../src/export/memory-sink.ts';
import { typedText } from '../src/export/model-action.ts';
import { openai } from '../src/export/openai.ts';
import { pyautogui } from '../src/export/pyautogui.ts';
import { uiTars } from '../src/export/ui-tars.ts';
import { surrogatedRecording } from '../src/surrogated-recording.ts';
import { click, front, geometry, key, state, typed } from './event-rows.ts';
import { manifest } from './shown-recording.ts';

const CARD = manifest.task as Extract<typeof manifest.task, { kind: 'card' }>;
const SALT = '000102030405060708090a0b0c0d0e0f';
const OTHER = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff';
const CONTENT: ElementContext = {
  tag: 'p',
  role: 'paragraph',
  inputType: '',
  editable: false,
  agreed: null,
};

/** A page that shows `text` in five places and in a field where it was then typed. */
function masked(
  text: string,
  { renaming = SALT, password = false } = {},
): ExportRecording & { filled: string } {
  const masker = structuralMasker({ renaming, literals: ['ACME Stationery'], shipped: [] });
  const filled = masker.text(text, { ...CONTENT, place: 'node' }).value;
  const field = password ? '\u2022'.repeat(8) : masker.value(text, { ...CONTENT, editable: true }).value;
  const words = (id: number, textContent: string): SerializedNode => ({ type: 3, id, textContent });
  const element = (
    id: number,
    tagName: string,
    childNodes: SerializedNode[],
    attributes: Record<string, string> = {},
  ): SerializedNode => ({ type: 2, id, tagName, attributes, childNodes });
  const states: StateItem[] = [
    {
      t: 10,
      surface: 3,
      event: {
        type: 2,
        data: {
          node: {
            type: 0,
            id: 1,
            childNodes: [
              element(2, 'style', [words(3, `p::after{content:"${filled}"}`)]),
              element(4, 'button', [words(5, 'Save all')], { title: filled, class: 'x4tg' }),
              element(6, 'p', [words(7, filled)]),
              element(8, 'td', [words(10, `ACME Stationery ${filled}`)]),
              element(9, 'input', [], { type: 'text', value: '' }),
            ],
          },
          initialOffset: { top: 0, left: 0 },
        },
      },
    },
    {
      t: 2300,
      surface: 3,
      event: { type: 3, data: { source: 5, id: 9, text: field, isChecked: false } },
    },
    {
      t: 2600,
      surface: 3,
      event: {
        type: 3,
        data: { source: 0, texts: [{ id: 7, value: filled }], attributes: [], removes: [], adds: [] },
      },
    },
  ];
  const events: RecordedEvent[] = [
    { kind: 'surface', t: 0, surface: 3, phase: 'open', type: 'tab' },
    front(0, 3),
    geometry(0, 1000, 600, 3),
    state(10, 0, true, 3),
    ...click(1000, 500, 300),
    { kind: 'focus', t: 1010, scope: 'element', surface: 3, node: 9 },
    ...typed(2000),
    ...typed(2100),
    { kind: 'text', t: 2510, node: 9, value: { open: false, length: 16, script: 'latin' } },
    key('keydown', 2550, 'Enter', 'navigation'),
  ];
  return {
    filled,
    manifest: {
      ...manifest,
      task: { ...CARD, inputs: { word: 'ACME Stationery' } },
      outcome: { worked: true, reasons: [{ action: 0, text: 'Write to [e-mail] about it' }] },
    },
    async *events() {
      yield events;
    },
    async *states() {
      yield states;
    },
  };
}

async function statesOf(recording: ExportRecording): Promise<string> {
  const all: StateItem[] = [];
  for await (const items of recording.states()) all.push(...items);
  return JSON.stringify(all);
}
async function typedIn(recording: ExportRecording): Promise<string> {
  const action = (await readActions(recording)).find(({ kind }) => kind === 'type');
  return action?.kind === 'type' ? typedText(action) : '';
}
const name = fc
  .array(fc.stringMatching(/^[A-Z][a-z]{2,9}$/), { minLength: 2, maxLength: 4 })
  .map((parts) => parts.join(' '));

/** Long enough that two draws are not the same words by chance. */
const longName = fc
  .array(fc.stringMatching(/^[A-Z][a-z]{2,9}$/), { minLength: 8, maxLength: 9 })
  .map((parts) => parts.join(' '));

describe('surrogates in what is exported', () => {
  it('[MASK39] the same text is the same surrogate in every place and in typing, and no filler is left', async () => {
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        const recording = masked(text);
        const shown = surrogatedRecording(recording, { salt: OTHER, task: 'task-1' });
        const written = await statesOf(shown);
        const surrogate = await typedIn(shown);
        expect(written).not.toContain(recording.filled);
        expect(surrogate).not.toContain('masked');
        // Text, style sheet, title, beside the card's words, field, and the text that changed.
        expect(written.split(surrogate)).toHaveLength(7);
        expect(written).toContain(`"Save all"`);
        expect(written).toContain(`"x4tg"`);
        expect(shown.manifest.outcome.reasons[0]?.text).toMatch(/^Write to \S+@mail\.example about it$/);
      }),
      { numRuns: 60 },
    );
  });

  it('[MASK37] [MASK39] tasks and releases have nothing in common, and the salt is in nothing', async () => {
    await fc.assert(
      fc.asyncProperty(longName, async (text) => {
        const recording = masked(text);
        const said = await Promise.all(
          [
            { salt: SALT, task: 'task-1' },
            { salt: SALT, task: 'task-2' },
            { salt: OTHER, task: 'task-1' },
          ].map((options) => typedIn(surrogatedRecording(recording, options))),
        );
        expect(new Set(said).size).toBe(3);
        // Seeded hole: one salt for two releases of the task shows that they hold the same.
        expect(await typedIn(surrogatedRecording(recording, { salt: OTHER, task: 'task-1' }))).toBe(said[2]);
      }),
      { numRuns: 40 },
    );
    const shown = surrogatedRecording(masked('Quentin Quill'), { salt: OTHER, task: 'task-1' });
    expect(JSON.stringify([shown.manifest, await statesOf(shown)])).not.toContain(OTHER);
  });

  it('[MASK39] actions are the same in kind, target, time and order; typing is still said to be masked', async () => {
    const recording = masked('Quentin Quill');
    const shown = surrogatedRecording(recording, { salt: OTHER, task: 'task-1' });
    const bare = (actions: unknown) =>
      JSON.parse(JSON.stringify(actions).replace(/,"surrogate":"[^"]*"/g, ''));
    expect(bare(await readActions(shown))).toEqual(await readActions(recording));
    const sink = new MemoryExportSink();
    const account = new ExportAccount();
    await writeBenchTask(await readDemonstration(shown, sink, account, { frames: null }), [], sink, account);
    expect(account.report().leftOut).toContainEqual({ rule: 'masked-text', count: 1 });
  });

  it('[MASK39] all formats say the same', async () => {
    const recording = masked('Quentin Quill');
    recording.manifest.task = { kind: 'free', text: 'Write to [e-mail]' };
    const shown = surrogatedRecording(recording, { salt: OTHER, task: 'task-1' });
    const surrogate = await typedIn(shown);
    const write = async (to: (sink: MemoryExportSink) => Promise<unknown>) => {
      const sink = new MemoryExportSink();
      await to(sink);
      return [...sink.files.values()].map((bytes) => new TextDecoder().decode(bytes)).join('\n');
    };
    const written = await Promise.all([
      ...[pyautogui, openai, anthropic, uiTars].map((dialect: Dialect) =>
        write((sink) => exportTrajectory(shown, sink, new ExportAccount(), { dialect, frames: null })),
      ),
      write((sink) => exportAtif(shown, sink, new ExportAccount(), { frames: null })),
    ]);
    for (const text of written) {
      expect(text).toContain(surrogate);
      expect(text).not.toContain('[masked');
      expect(text).not.toContain('[e-mail]');
      expect(text).not.toContain(recording.filled);
    }
  });

  it('[MASK39] what is open stays: words of the card, of the application, what was typed in the clear', async () => {
    const recording = masked('Quentin Quill');
    const open: RecordedEvent = { kind: 'text', t: 2520, node: 9, value: { open: true, text: 'Drafts' } };
    const withOpen: ExportRecording = {
      ...recording,
      async *events() {
        for await (const events of recording.events()) yield [...events, open];
      },
      async *states() {
        for await (const items of recording.states()) {
          yield JSON.parse(JSON.stringify(items).replace('Save all', 'Drafts')) as StateItem[];
        }
      },
    };
    const shown = surrogatedRecording(withOpen, { salt: OTHER, task: 'task-1' });
    expect(await statesOf(shown)).toContain('"ACME Stationery ');
    expect(await statesOf(shown)).toContain('"Drafts"');
    const labels = surrogatedRecording(recording, { salt: OTHER, task: 't', shipped: ['Save all'] });
    expect(await statesOf(labels)).toContain('"Save all"');
    // [MASK38] Where people are counted, only what is common is open; then typing too.
    const rare = surrogatedRecording(withOpen, { salt: OTHER, task: 't', common: { has: () => false } });
    expect(await statesOf(rare)).not.toMatch(/Drafts|Save all/);
    const last = (await readActions(rare)).filter(({ kind }) => kind === 'type').at(-1);
    expect(last).toMatchObject({ value: { open: false } });
  });

  it('[MASK39] a password is dots in frames, and in typing letters that nobody typed', async () => {
    const shown = surrogatedRecording(masked('hunter2hunter', { password: true }), {
      salt: OTHER,
      task: 't',
    });
    expect(await statesOf(shown)).toContain('\u2022'.repeat(8));
    expect(await typedIn(shown)).toMatch(/^[a-z]{6,16}$/);
  });
});
