import type { ShownTree } from '../shown-tree.ts';
import type { Demonstration } from './demonstration.ts';
import type { ExportAccount, ExportSink } from './export-recording.ts';
import type { Picture } from './pictures.ts';
import { TAR_END, tarEntry } from './tar-entry.ts';
import type { TaskSaid } from './task-tables.ts';

/** A shard that has so many bytes takes no further sample. */
export const SHARD_BYTES = 256 * 2 ** 20;

/**
 * WebDataset (spec/dataset-formats.md, EXP60-EXP62): tars of samples, one a step, each with its picture. Pictures of a task are
 * drawn to `pictures` and held until the task is added; so memory is bounded by a task's pictures. Add tasks one at a time, then
 * finish.
 */
export class WebDataset {
  readonly #sink: ExportSink;
  readonly #account: ExportAccount;
  readonly #shardBytes: number;
  readonly #drawn = new Map<string, Uint8Array>();
  #shard = 0;
  #written = 0;

  constructor(sink: ExportSink, account: ExportAccount, shardBytes = SHARD_BYTES) {
    this.#sink = sink;
    this.#account = account;
    this.#shardBytes = shardBytes;
  }

  readonly pictures: ExportSink = {
    write: async (name, bytes) => {
      this.#drawn.set(name, bytes);
    },
    // What is listed of a frame stands in its sample.
    append: async () => undefined,
  };

  async add(shown: Demonstration, said: TaskSaid, trees: readonly ShownTree[] = []): Promise<void> {
    const { id, instruction, worked, stands, steps, end } = shown;
    const task = {
      task: id,
      instruction,
      ...said,
      ...(stands === undefined ? {} : { stands }),
      steps: steps.length,
    };
    const before = new Map(trees.flatMap((tree) => tree.steps.map(({ step }) => [step, tree] as const)));
    for (const [index, { picture, ...step }] of steps.entries()) {
      await this.#sample(
        `${id}-${numbered(index)}`,
        picture,
        { kind: 'step', ...task, index, ...step },
        treeFile(before.get(index), index),
      );
      this.#account.actions++;
    }
    if (end !== null || worked !== null)
      await this.#sample(
        `${id}-${numbered(steps.length)}`,
        end,
        {
          kind: 'end',
          ...task,
          index: steps.length,
          worked,
        },
        treeFile(
          trees.find((tree) => tree.end),
          null,
        ),
      );
    this.#drawn.clear();
    this.#account.recordings++;
  }

  async finish(): Promise<void> {
    if (this.#written > 0) await this.#endShard();
  }

  /** Never over two shards: a reader of one would have half of it. */
  async #sample(
    key: string,
    picture: Picture | null,
    said: Record<string, unknown>,
    tree: Record<string, unknown> | null,
  ): Promise<void> {
    const png = picture && this.#drawn.get(`images/${picture.name}`);
    const { width, height, area } = picture ?? {};
    const json = { ...said, picture: png ? { width, height, area } : null };
    const entries = [
      ...(png ? [tarEntry(`${key}.png`, png)] : []),
      tarEntry(`${key}.json`, new TextEncoder().encode(JSON.stringify(json))),
      ...(tree ? [tarEntry(`${key}.tree.json`, new TextEncoder().encode(JSON.stringify(tree)))] : []),
    ];
    const size = entries.reduce((sum, { length }) => sum + length, 0);
    if (this.#written > 0 && this.#written + size + TAR_END.length > this.#shardBytes) await this.#endShard();
    for (const entry of entries) await this.#sink.append(this.#name(), entry);
    this.#written += size;
  }

  async #endShard(): Promise<void> {
    await this.#sink.append(this.#name(), TAR_END);
    this.#shard++;
    this.#written = 0;
  }

  #name(): string {
    return `shards/${String(this.#shard).padStart(6, '0')}.tar`;
  }
}

/** The interface of a sample, and where in it the step acts. */
function treeFile(tree: ShownTree | undefined, step: number | null): Record<string, unknown> | null {
  if (!tree) return null;
  const { image, cut, nodes } = tree;
  const at = tree.steps.find((one) => one.step === step);
  return { drawn: image !== null, cut, node: at?.node ?? null, drop: at?.drop ?? null, nodes };
}

/** In the order of names samples stand in the order of steps. */
function numbered(index: number): string {
  return String(index).padStart(5, '0');
}
