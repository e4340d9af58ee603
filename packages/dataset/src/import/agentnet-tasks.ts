import type { RecordedEvent } from '@aboveboard/protocol/event';
import { type AgentnetCall, agentnetCalls, type Fraction } from './agentnet-call.ts';
import { IdentityFilter } from './identity-filter.ts';
import type { ImportAccount, Importer, ImportItem, ImportSource } from './import-account.ts';
import { PynputKeyboard } from './pynput-keyboard.ts';
import { linesOf, objectOf } from './source-text.ts';

export const AGENTNET_TASKS = 'trajectories.jsonl';
const MOST_STEPS = 20_000;
const MOST_EVENTS = 1_000_000;
/** Steps tell no times: they stand so far apart that none runs into the next (IMP61). */
const STEP_TICKS = 6000;
const HELD_TICKS = 50;
const REPEAT_TICKS = 100;
const KEY_TICKS = 20;
/** Where no picture says another. */
const USUAL_SIZE: Size = { width: 1920, height: 1080 };
const PNG_HEAD = 24;
const FARTHEST = 100_000;

type Size = { width: number; height: number };
type Data = Record<string, unknown>;

/** A task of a file as a source of its own, numbered by its line. */
export type AgentnetLine = { number: number; source: ImportSource };

/**
 * The tasks of a file, one after the other; a line that can not be read is a fault of `account`, and no task. Memory is bounded by the
 * longest line.
 */
export async function* agentnetTasks(
  source: ImportSource,
  account: ImportAccount,
): AsyncIterable<AgentnetLine> {
  const bytes = source.open(AGENTNET_TASKS);
  if (bytes === null) {
    account.fault('IMP4', AGENTNET_TASKS, 'is missing');
    return;
  }
  let tasks = 0;
  for await (const { number, text } of linesOf(AGENTNET_TASKS, bytes, account)) {
    tasks++;
    if (text === null) continue;
    const line = new TextEncoder().encode(text);
    const only = async function* () {
      yield line;
    };
    const open: ImportSource['open'] = (name) => (name === AGENTNET_TASKS ? only() : source.open(name));
    yield { number, source: { open } };
  }
  if (tasks === 0) account.fault('IMP4', AGENTNET_TASKS, 'holds no task');
}

/**
 * One task of AgentNet's JSON lines for training, the only line of its source (spec/dataset-formats.md, IMP60-IMP63). Of its
 * pictures only the size of the first is read. `line` is its number in the file, for faults.
 */
export function agentnetTask(line: number): Importer {
  return {
    format: 'agentnet-jsonl',
    tickMicroseconds: 1000,
    async *read(source, account) {
      const bytes = source.open(AGENTNET_TASKS);
      if (bytes === null) {
        account.fault('IMP4', AGENTNET_TASKS, 'is missing');
        return;
      }
      for await (const piece of linesOf(AGENTNET_TASKS, bytes, account)) {
        const at = `${AGENTNET_TASKS} line ${line}`;
        const task = objectOf(piece, at, account);
        if (task !== null) yield* eventsOf(task, source, at, account);
        return;
      }
      account.fault('IMP4', AGENTNET_TASKS, 'holds no task');
    },
  };
}

async function* eventsOf(
  { instruction, traj }: Data,
  source: ImportSource,
  at: string,
  account: ImportAccount,
): AsyncIterable<ImportItem> {
  if (typeof instruction !== 'string') account.fault('IMP6', at, 'instruction is not a text');
  else account.task = new IdentityFilter().clear(instruction.toWellFormed()).slice(0, 4000).toWellFormed();
  if (!Array.isArray(traj) || traj.length === 0) account.fault('IMP4', at, 'holds no steps');
  else if (traj.length > MOST_STEPS) account.fault('IMP5', at, `more than ${MOST_STEPS} steps`);
  else {
    const size = (await firstPicture(traj, source)) ?? USUAL_SIZE;
    const shape = { viewport: size, window: { x: 0, y: 0, ...size }, screen: size, ratio: 1, zoom: 1 };
    yield { event: { kind: 'surface', t: 0, surface: 0, phase: 'open', type: 'display' } };
    yield { event: { kind: 'geometry', t: 0, surface: 0, ...shape } };
    yield { event: { kind: 'focus', t: 0, scope: 'surface', surface: 0 } };
    const hand = new Hand(size);
    let events = 0;
    for (const [index, step] of (traj as unknown[]).entries()) {
      const where = `${at} step ${index + 1}`;
      for (const event of stepEvents(step, hand, where, account)) {
        if (++events > MOST_EVENTS) {
          account.fault('IMP5', where, `more than ${MOST_EVENTS} events`);
          return;
        }
        yield { event };
      }
    }
  }
}

/** A step is kept if anything of it is; otherwise it is left out by the rule of its first call. */
function* stepEvents(step: unknown, hand: Hand, at: string, account: ImportAccount): Iterable<RecordedEvent> {
  const value = (step as { value?: unknown } | null)?.value;
  const code = (value as { code?: unknown } | null | undefined)?.code;
  if (typeof code !== 'string') {
    account.fault('IMP6', at, 'value.code is not a text');
    return;
  }
  const calls = agentnetCalls(code, (message) => account.fault('IMP6', at, message));
  if (calls === null) {
    account.reduce('code-unread');
    return;
  }
  hand.nextStep();
  let left: string | null = null;
  let kept = false;
  for (const call of calls) {
    if (call.kind === 'left-out') left ??= call.rule;
    else {
      for (const event of hand.take(call)) {
        kept = true;
        yield event;
      }
    }
  }
  if (kept) account.kept++;
  else account.reduce(left ?? 'nothing-done');
}

/** Where the pointer is, what time it is, and which keys are down. */
class Hand {
  readonly #size: Size;
  /** A script does not say which system it was written on. */
  readonly #keyboard = new PynputKeyboard(null);
  #at: { x: number; y: number };
  #t = -STEP_TICKS;

  constructor(size: Size) {
    this.#size = size;
    this.#at = { x: size.width / 2, y: size.height / 2 };
  }

  nextStep(): void {
    this.#t += STEP_TICKS;
  }

  *take(call: Exclude<AgentnetCall, { kind: 'left-out' }>): Iterable<RecordedEvent> {
    switch (call.kind) {
      case 'click': {
        const place = this.#place(call.at);
        for (let click = 0; click < call.times; click++) {
          yield { kind: 'down', t: this.#t, ...place, button: call.button, pointer: 'mouse' };
          yield { kind: 'up', t: this.#t + HELD_TICKS, ...place, button: call.button, pointer: 'mouse' };
          this.#t += REPEAT_TICKS;
        }
        return;
      }
      case 'move':
        yield { kind: 'move', t: this.#t, ...this.#place(call.at) };
        this.#t += HELD_TICKS;
        return;
      case 'drag': {
        const { button } = call;
        yield { kind: 'down', t: this.#t, ...this.#place(null), button, pointer: 'mouse' };
        const to = this.#place(call.to);
        yield { kind: 'move', t: this.#t + HELD_TICKS, ...to };
        yield { kind: 'up', t: this.#t + 2 * HELD_TICKS, ...to, button, pointer: 'mouse' };
        this.#t += 3 * HELD_TICKS;
        return;
      }
      case 'scroll': {
        const { dx, dy } = call;
        yield { kind: 'wheel', t: this.#t, ...this.#place(call.at), dx, dy, mode: 'line' };
        this.#t += HELD_TICKS;
        return;
      }
      case 'write':
        for (const key of call.keys) yield* this.#stroke([key]);
        return;
      case 'press':
        for (let i = 0; i < call.times; i++) for (const key of call.keys) yield* this.#stroke([key]);
        return;
      case 'chord':
        yield* this.#stroke(call.keys);
        return;
      case 'hold':
        yield this.#keyboard.press(call.key, this.#t);
        return;
      case 'let-go':
        yield this.#keyboard.release(call.key, this.#t);
    }
  }

  *#stroke(keys: readonly string[]): Iterable<RecordedEvent> {
    for (const key of keys) yield this.#keyboard.press(key, this.#t);
    for (const key of keys.toReversed()) yield this.#keyboard.release(key, this.#t + KEY_TICKS);
    this.#t += 2 * KEY_TICKS;
  }

  #place(at: Fraction | null): { x: number; y: number } {
    if (at) {
      const { width, height } = this.#size;
      this.#at = { x: onGrid(at.x * width), y: onGrid(at.y * height) };
    }
    return this.#at;
  }
}

/** The size that the head of a PNG says; null: there is none, or it is none. */
async function firstPicture(traj: readonly unknown[], source: ImportSource): Promise<Size | null> {
  const image = (traj[0] as { image?: unknown } | null)?.image;
  // A name of a file, not a way to one.
  if (typeof image !== 'string' || !/^[\w-][\w.-]{0,200}$/.test(image)) return null;
  const bytes = source.open(`images/${image}`);
  if (bytes === null) return null;
  const head = new Uint8Array(PNG_HEAD);
  let length = 0;
  for await (const chunk of bytes) {
    head.set(chunk.subarray(0, PNG_HEAD - length), length);
    length += Math.min(chunk.length, PNG_HEAD - length);
    if (length === PNG_HEAD) break;
  }
  const view = new DataView(head.buffer);
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(12) !== 0x49484452) return null;
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  const legal = (side: number) => side >= 1 && side <= FARTHEST;
  return legal(size.width) && legal(size.height) ? size : null;
}

function onGrid(value: number): number {
  return Math.round(value * 256) / 256 + 0;
}
