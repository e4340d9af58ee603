import type { Box } from '../environment.ts';
import type { ShownTree } from '../shown-tree.ts';
import type { Demonstration, DemonstrationStep } from './demonstration.ts';
import type { ExportAccount, ExportSink } from './export-recording.ts';
import type { ModelAction, Point } from './model-action.ts';
import type { Row } from './parquet-columns.ts';
import { tablesSchema } from './parquet-schema.ts';
import { type PageCompressor, ParquetTable } from './parquet-table.ts';
import type { Picture } from './pictures.ts';
import { TASK_TABLES } from './task-columns.ts';

/** What is said of a task beside what was shown. */
export type TaskSaid = { template: string | null; applications: readonly string[] };

type TableName = keyof typeof TASK_TABLES;

/**
 * Parquet at the level `release` (EXP43): tasks, steps, trees and frames, of recordings or of a release. It has no events: nothing of
 * what was between two steps is kept (MOV10). Add tasks one at a time, then finish.
 */
export class TaskTables {
  readonly #sink: ExportSink;
  readonly #account: ExportAccount;
  readonly #tables: Record<TableName, ParquetTable<Row>>;

  constructor(sink: ExportSink, account: ExportAccount, zstd: PageCompressor) {
    this.#sink = sink;
    this.#account = account;
    const table = (name: TableName) =>
      new ParquetTable<Row>(`${name}.parquet`, TASK_TABLES[name], sink, zstd);
    this.#tables = {
      ...{ tasks: table('tasks'), steps: table('steps') },
      ...{ trees: table('trees'), frames: table('frames') },
    };
  }

  async add(
    shown: Demonstration,
    { template, applications }: TaskSaid,
    trees: readonly ShownTree[] = [],
  ): Promise<void> {
    const { id, instruction, worked, stands = null, steps, end } = shown;
    await this.#tables.tasks.add({
      task: id,
      instruction,
      worked,
      stands,
      card: template,
      applications: JSON.stringify(applications),
      steps: steps.length,
      end_image: end?.name ?? null,
    });
    const before = placesIn(trees);
    const pictures = new Map<string, Picture>();
    for (const [index, step] of steps.entries()) {
      if (step.picture) pictures.set(step.picture.name, step.picture);
      await this.#tables.steps.add({ ...stepRow(id, index, step), ...before.get(index) });
      this.#account.actions++;
    }
    for (const [tree, shownTree] of trees.entries())
      for (const row of treeRows(id, tree, shownTree)) await this.#tables.trees.add(row);
    if (end) pictures.set(end.name, end);
    for (const { name, width, height, area } of pictures.values()) {
      const view = { view_x: area.x, view_y: area.y, view_width: area.width, view_height: area.height };
      await this.#tables.frames.add({ task: id, image: name, width, height, ...view });
    }
    this.#account.recordings++;
  }

  async finish(): Promise<void> {
    for (const table of Object.values(this.#tables)) await table.finish();
    await this.#sink.write('schema.json', tablesSchema(TASK_TABLES));
  }
}

/** Which tree stood before each step, and where in it the step acts. */
function placesIn(trees: readonly ShownTree[]): ReadonlyMap<number, Row> {
  return new Map(
    trees.flatMap(({ steps }, tree) =>
      steps.map(({ step, node, drop }) => [step, { tree, node, drop_node: drop }] as const),
    ),
  );
}

function* treeRows(task: string, tree: number, { image, nodes }: ShownTree): Iterable<Row> {
  const depths: number[] = [];
  for (const [node, { parent, role, name, value, states = [], box }] of nodes.entries()) {
    const depth = parent === null ? 0 : (depths[parent] ?? 0) + 1;
    depths.push(depth);
    yield {
      ...{ task, tree, image, node, parent, depth, role, name },
      value: value ?? null,
      states: states.join(' '),
      ...boxCells('box', box ?? null),
    };
  }
}

function stepRow(task: string, index: number, step: DemonstrationStep): Row {
  const { action, picture, thought, masked, box, dropBox } = step;
  return {
    task,
    index,
    kind: action.kind,
    masked,
    thought,
    image: picture?.name ?? null,
    ...boxCells('box', box),
    ...boxCells('drop', dropBox),
    ...actionCells(action),
  };
}

function actionCells(action: ModelAction): Row {
  switch (action.kind) {
    case 'click': {
      const { at, button, count, held } = action;
      return { ...at, button, count, held: joined(held) };
    }
    case 'drag': {
      const { path, button, held } = action;
      const [from, to] = [path[0], path.at(-1)];
      return {
        ...placeCells(from),
        to_x: to?.x ?? null,
        to_y: to?.y ?? null,
        path: JSON.stringify(path.map(({ x, y }) => [x, y])),
        button,
        held: joined(held),
      };
    }
    case 'move':
      return { ...action.at };
    case 'scroll':
      return { ...action.at, dx: action.dx, dy: action.dy, held: joined(action.held) };
    case 'type':
      return { text: action.text };
    case 'select':
      return { text: action.text, ...placeCells(action.at ?? undefined) };
    case 'keys':
      return { keys: joined(action.keys), count: action.count };
    case 'wait':
      return { seconds: action.seconds };
    case 'done':
      return {};
  }
}

function placeCells(at: Point | undefined): Row {
  return at ? { x: at.x, y: at.y } : {};
}

function boxCells(name: 'box' | 'drop', box: Box | null): Row {
  if (!box) return {};
  return Object.fromEntries(Object.entries(box).map(([part, value]) => [`${name}_${part}`, value]));
}

function joined(keys: readonly string[]): string | null {
  return keys.length > 0 ? keys.join('+') : null;
}
