import { LAST_TICK } from './event-check.ts';
import type { Checked, Fault } from './fault.ts';
import { RecordingError } from './fault.ts';
import { limitsWith, type RecordingLimits } from './recording-limits.ts';
import type { StateItem } from './state.ts';
import { StateShape } from './state-shape.ts';
import { StateTree } from './state-tree.ts';

const MOST_FAULTS = 100;

/**
 * Whether items from outside are legal states (REC52-REC60): known shapes and no other fields, bounded in
 * depth and number, nothing that could run or load. Each item is checked by itself; whether items fit each
 * other is StateOrder's to say. At most 100 faults are given.
 */
export function checkStates(items: unknown, limits: Partial<RecordingLimits> = {}): Checked<StateItem[]> {
  const bounds = limitsWith(limits);
  if (!Array.isArray(items)) return refused('REC53', 'states', 'are not a list');
  if (items.length > bounds.statesInPart) return refused('REC50', 'states', 'are too many');
  const faults: Fault[] = [];
  let last = 0;
  for (let i = 0; i < items.length && faults.length < MOST_FAULTS; i += 1) {
    const shape = new StateShape(`state ${i}`, bounds, faults);
    const t = shape.item(items[i]);
    if (t !== null && (t < last || t > LAST_TICK)) shape.fault('REC52', 't', 'goes back or is too late');
    if (t !== null) last = t;
  }
  return faults.length > 0 ? { ok: false, faults: faults.slice(0, MOST_FAULTS) } : { ok: true, value: items };
}

/**
 * Whether the states of a recording fit each other, part after part (REC56, REC61-REC63): a tree for each
 * surface, to which every item is applied. Holds one tree a surface in memory.
 */
export class StateOrder {
  readonly #limits: Partial<RecordingLimits>;
  readonly #trees = new Map<number, StateTree>();
  #count = 0;

  constructor(limits: Partial<RecordingLimits> = {}) {
    this.#limits = limits;
  }

  /** The faults of the first item that does not fit; nothing may be applied after one. */
  apply(items: readonly StateItem[]): Fault[] {
    for (const { surface, event } of items) {
      let tree = this.#trees.get(surface);
      if (!tree) {
        if (this.#trees.size >= MOST_SURFACES) {
          return [{ rule: 'REC57', at: `state ${this.#count}`, message: 'there are too many surfaces' }];
        }
        tree = new StateTree({ limits: this.#limits });
        this.#trees.set(surface, tree);
      }
      try {
        tree.apply(event);
      } catch (error) {
        if (!(error instanceof RecordingError)) throw error;
        return error.faults.map((fault) => ({ ...fault, at: `state ${this.#count}, ${fault.at}` }));
      }
      this.#count += 1;
    }
    return [];
  }

  tree(surface: number): StateTree | undefined {
    return this.#trees.get(surface);
  }
}

const MOST_SURFACES = 256;

function refused(rule: string, at: string, message: string): { ok: false; faults: Fault[] } {
  return { ok: false, faults: [{ rule, at, message }] };
}
