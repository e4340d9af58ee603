import { controlsAt, stateOfControls } from './access-tree.ts';
import { desktopEvents, type Press } from './desktop-events.ts';
import { IdentityFilter } from './identity-filter.ts';
import type { ImportAccount, Importer, ImportItem, ImportSource } from './import-account.ts';
import { linesOf, objectOf, wholeObject } from './source-text.ts';

/** A tree that was read longer than this before a press does not belong to it. */
const TREE_SECONDS = 0.5;

/** Files whose lines are left out, each by a rule of its own (IMP21). */
const LEFT_OUT: readonly (readonly [string, string])[] = [
  ['a11y.jsonl', 'tree-not-at-press'],
  ['html.jsonl', 'page-source'],
  ['top_window.jsonl', 'window-title'],
];

/**
 * AgentNet raw: DuckTrack's events with the accessible element under each press (spec/dataset-formats.md,
 * IMP21, IMP22). The video is left out: its pictures show what nobody masked.
 */
export const agentnetRaw: Importer = {
  format: 'agentnet-raw',
  tickMicroseconds: 100,
  async *read(source, account) {
    const metadata = await wholeObject('metadata.json', source.open('metadata.json'), account);
    if (metadata === null) account.fault('IMP4', 'metadata.json', 'is missing or can not be read');
    const task = await wholeObject('task_name.json', source.open('task_name.json'), account);
    const events = source.open('events.jsonl');
    if (events === null) {
      account.fault('IMP4', 'events.jsonl', 'is missing');
      return;
    }
    const filter = new IdentityFilter();
    filter.add(metadata?.['node']);
    const name = task?.['task_name'];
    if (typeof name === 'string') account.task = filter.clear(name.toWellFormed()).slice(0, 4000);
    const elements = new ElementsAtPresses(source, account, filter, metadata ?? {});
    yield* desktopEvents(events, metadata ?? {}, account, (press, seconds) => elements.at(press, seconds));
    await elements.rest();
    for (const [file, rule] of LEFT_OUT) {
      const bytes = source.open(file);
      if (bytes === null) continue;
      for await (const { text } of linesOf(file, bytes, account)) if (text !== null) account.reduce(rule);
    }
  },
};

/** `element.jsonl` beside the events, one line at a time: the latest tree before each press. */
class ElementsAtPresses {
  readonly #lines: AsyncIterator<{ seconds: number; tree: unknown }>;
  readonly #account: ImportAccount;
  readonly #filter: IdentityFilter;
  readonly #viewport: { width: number; height: number };
  #next: { seconds: number; tree: unknown } | null | undefined;
  #nextId = 1;
  #states = 0;

  constructor(
    source: ImportSource,
    account: ImportAccount,
    filter: IdentityFilter,
    metadata: Record<string, unknown>,
  ) {
    this.#lines = elements(source, account)[Symbol.asyncIterator]();
    this.#account = account;
    this.#filter = filter;
    this.#viewport = { width: Number(metadata['screen_width']), height: Number(metadata['screen_height']) };
  }

  async *at(press: Press, seconds: number): AsyncIterable<ImportItem> {
    let latest: { seconds: number; tree: unknown } | null = null;
    for (let line = await this.#peek(); line !== null && line.seconds <= seconds; line = await this.#peek()) {
      if (latest !== null) this.#account.reduce('tree-not-at-press');
      latest = line;
      this.#next = undefined;
    }
    if (latest === null) return;
    const controls = controlsAt(latest.tree, press.x, press.y);
    if (seconds - latest.seconds > TREE_SECONDS || controls.length === 0) {
      this.#account.reduce('tree-not-at-press');
      return;
    }
    this.#account.kept++;
    const { items, target, nextId } = stateOfControls(
      controls,
      press.t,
      this.#nextId,
      this.#viewport,
      this.#filter,
    );
    this.#nextId = nextId;
    this.#states += items.length;
    press.node = target;
    yield* items;
    yield { event: { kind: 'state', t: press.t, surface: 0, index: this.#states - 1, settled: false } };
  }

  async rest(): Promise<void> {
    while ((await this.#peek()) !== null) {
      this.#account.reduce('tree-not-at-press');
      this.#next = undefined;
    }
  }

  async #peek(): Promise<{ seconds: number; tree: unknown } | null> {
    if (this.#next === undefined) {
      const { done, value } = await this.#lines.next();
      this.#next = done ? null : value;
    }
    return this.#next ?? null;
  }
}

async function* elements(source: ImportSource, account: ImportAccount) {
  const bytes = source.open('element.jsonl');
  if (bytes === null) return;
  for await (const piece of linesOf('element.jsonl', bytes, account)) {
    const at = `element.jsonl line ${piece.number}`;
    const line = objectOf(piece, at, account);
    if (line === null) continue;
    const seconds = line['time_stamp'];
    if (typeof seconds === 'number' && Math.abs(seconds) < 1e12) yield { seconds, tree: line['a11y_tree'] };
    else account.fault('IMP6', at, 'time_stamp is not a number of seconds');
  }
}
