import type { Checked, Fault } from '@aboveboard/protocol/fault';
import type { BenchBox, BenchTask, PlayedAction, TruthAction } from './bench-task.ts';

/** A task of at most so many steps, a step of so many actions, a text of so many characters (EVA3). */
export const BENCH_LIMITS = { steps: 10_000, actions: 100, text: 100_000, boxes: 100, applications: 100 };

const PLACES = ['click', 'doubleClick', 'tripleClick', 'rightClick', 'moveTo', 'dragTo'] as const;
type Json = Readonly<Record<string, unknown>>;

/** A task file of this benchmark, whoever wrote it: all its faults at once. Fields that are not read may hold anything. */
export function readBenchTask(value: unknown): Checked<BenchTask> {
  const faults: Fault[] = [];
  const fault = (at: string, message: string, rule = 'EVA3') => void faults.push({ rule, at, message });
  if (!isObject(value)) return { ok: false, faults: [{ rule: 'EVA3', at: 'task', message: 'is no object' }] };
  const text = (name: string): string => {
    const of = value[name];
    if (typeof of === 'string' && of.length <= BENCH_LIMITS.text) return of;
    fault(name, 'is no text');
    return '';
  };
  const listed = value['steps'];
  if (!Array.isArray(listed) || listed.length > BENCH_LIMITS.steps)
    fault('steps', `is no list of at most ${BENCH_LIMITS.steps}`);
  const steps = (Array.isArray(listed) && listed.length <= BENCH_LIMITS.steps ? listed : []).map(
    (step: unknown, i) => {
      const at = `steps[${i}]`;
      const { image, ground_truth_actions: actions } = isObject(step) ? step : {};
      const named = typeof image === 'string' && /^[\w.-]{1,200}$/.test(image) && !image.startsWith('.');
      if (!named && image !== null) fault(`${at}.image`, 'is no name of a file in images/, nor null', 'EVA4');
      const list = Array.isArray(actions) && actions.length <= BENCH_LIMITS.actions ? actions : null;
      if (list === null) fault(`${at}.ground_truth_actions`, `is no list of at most ${BENCH_LIMITS.actions}`);
      return {
        step_num: i + 1,
        image: named ? (image as string) : null,
        ground_truth_actions: (list ?? []).flatMap((one: unknown, n): TruthAction[] => {
          const found = truthAction(one);
          if (typeof found !== 'string') return [found];
          fault(`${at}.ground_truth_actions[${n}]`, found);
          return [];
        }),
      };
    },
  );
  const goal = text('high_level_task_description');
  const task: BenchTask = {
    task_id: text('task_id'),
    high_level_task_description: goal,
    user_task_description:
      typeof value['user_task_description'] === 'string' ? value['user_task_description'] : goal,
    applications: applicationsOf(value['applications'], fault),
    steps,
  };
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: task };
}

/** Reports print it: nothing in it steers a terminal or turns the line round. */
const PRINTED = /^[^\p{C}\p{Zl}\p{Zp}]{1,300}$/u;

/** A file of the peer's has no such field. */
function applicationsOf(value: unknown, fault: (at: string, message: string) => void): string[] {
  if (value === undefined) return [];
  const { applications: most } = BENCH_LIMITS;
  const isList = Array.isArray(value) && value.length <= most;
  if (isList && value.every((one) => typeof one === 'string' && PRINTED.test(one)))
    return [...new Set<string>(value)];
  fault('applications', `is no list of at most ${most} names of one line`);
  return [];
}

/** What a player says it did, one action. A sentence: what is wrong with it. */
export function readPlayedAction(value: unknown): PlayedAction | string {
  if (!isObject(value)) return 'is no object';
  const { type, x, y, ...rest } = value;
  if (isPlace(type)) return isShare(x) && isShare(y) ? { type, x, y } : 'has no x and y from 0 to 1';
  return wordOf(type, rest);
}

function truthAction(value: unknown): TruthAction | string {
  if (!isObject(value)) return 'is no object';
  const { type, params, metadata } = value;
  if (!isObject(params)) return 'has no params';
  if (isPlace(type)) {
    const { position } = params;
    const { x, y } = isObject(position) ? position : {};
    if (!isShare(x) || !isShare(y)) return 'has no position from 0 to 1';
    const boxes = boxesOf(isObject(metadata) ? metadata['bboxes'] : undefined);
    if (boxes === null) return 'has boxes that are none';
    return { type, params: { position: { x, y } }, metadata: { bboxes: boxes } };
  }
  const said = wordOf(type, { text: params['content'], ...params });
  if (typeof said === 'string') return said;
  const { type: kind, ...told } = said;
  return { type: kind, params: told } as TruthAction;
}

/** Actions without a place: the fields of both spellings are the same. */
function wordOf(type: unknown, of: Json): Exclude<PlayedAction, { x: number }> | string {
  switch (type) {
    case 'write':
      return typeof of['text'] === 'string' && of['text'].length <= BENCH_LIMITS.text
        ? { type, text: of['text'] }
        : 'has no text';
    case 'press':
    case 'hotkey': {
      const { keys } = of;
      const known =
        Array.isArray(keys) && keys.length <= 1000 && keys.every((key) => typeof key === 'string');
      return known ? { type, keys } : 'has no keys';
    }
    case 'scroll': {
      const amount = of['amount'] ?? of['pixels'];
      return typeof amount === 'number' && Number.isFinite(amount) ? { type, amount } : 'has no amount';
    }
    case 'terminate': {
      const { status } = of;
      return status === 'success' || status === 'failure' ? { type, status } : 'has no status';
    }
    default:
      return 'is of no kind that the benchmark has';
  }
}

function boxesOf(value: unknown): BenchBox[] | null {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > BENCH_LIMITS.boxes) return null;
  const boxes = value.map((one: unknown): BenchBox | null => {
    if (!isObject(one) || !isFour(one['rel_bbox'])) return null;
    const { category_id: category, rel_bbox: rel, abs_bbox: abs, area } = one;
    return {
      category_id: typeof category === 'number' ? category : 1,
      rel_bbox: rel as BenchBox['rel_bbox'],
      abs_bbox: isFour(abs) ? (abs as BenchBox['abs_bbox']) : [0, 0, 0, 0],
      area: typeof area === 'number' ? area : 0,
    };
  });
  return boxes.includes(null) ? null : (boxes as BenchBox[]);
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlace = (type: unknown): type is (typeof PLACES)[number] =>
  (PLACES as readonly unknown[]).includes(type);
const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;
const isFour = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 4 && value.every((one) => Number.isFinite(one));
