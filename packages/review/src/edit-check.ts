import type { Checked, Fault } from '@aboveboard/protocol/fault';
import { type EditList, melt } from './edit-list.ts';

/** What of a recording an edit list is checked against. */
export type EditBounds = {
  durationTicks: number;
  /** How many steps the host has found. */
  actions: number;
  /** Only the words of a free task can be changed; a card stays as it is. */
  taskKind: 'card' | 'free';
};

const MOST_EDITS = 10_000;
const LONGEST_TEXT = 4_000;

/**
 * The one way in for an edit list that comes from outside this session (a spool, another window). Reports
 * every fault; fields that are not known are refused, so that nothing rides along.
 */
export function checkEdits(input: unknown, bounds: EditBounds): Checked<EditList> {
  const check = new EditCheck(bounds);
  const edits = check.object(input, 'REV1', 'edits', [
    'cuts',
    'cutTime',
    'masks',
    'task',
    'worked',
    'reasons',
  ]);
  if (edits) {
    check.each(edits.cuts, 'edits.cuts', (cut, at) => check.cut(cut, at));
    check.each(edits.masks, 'edits.masks', (mask, at) => check.mask(mask, at));
    check.each(edits.reasons, 'edits.reasons', (reason, at) => check.reason(reason, at));
    if (edits.cutTime !== 'keep' && edits.cutTime !== 'remove') {
      check.fault('REV3', 'edits.cutTime', 'is neither keep nor remove');
    }
    if (edits.worked !== null && typeof edits.worked !== 'boolean') {
      check.fault('REV6', 'edits.worked', 'is neither true, false nor null');
    }
    if (edits.task !== null) check.task(edits.task);
  }
  if (check.faults.length > 0) return { ok: false, faults: check.faults };
  const sound = input as EditList;
  return { ok: true, value: { ...sound, cuts: melt(sound.cuts) } };
}

class EditCheck {
  readonly faults: Fault[] = [];
  readonly #bounds: EditBounds;

  constructor(bounds: EditBounds) {
    this.#bounds = bounds;
  }

  fault(rule: string, at: string, message: string): void {
    this.faults.push({ rule, at, message });
  }

  /** Null (and a fault) when the value is no object; a field that is not listed is a fault too. */
  object<K extends string>(
    value: unknown,
    rule: string,
    at: string,
    fields: readonly K[],
  ): Partial<Record<K, unknown>> | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.fault(rule, at, 'is not an object');
      return null;
    }
    const others = Object.keys(value).some((key) => !(fields as readonly string[]).includes(key));
    if (others) this.fault('REV1', at, 'holds an unknown field');
    return value;
  }

  each(list: unknown, at: string, check: (item: unknown, at: string) => void): void {
    if (!Array.isArray(list) || list.length > MOST_EDITS) {
      this.fault('REV1', at, `is not a list of at most ${MOST_EDITS}`);
      return;
    }
    list.forEach((item, i) => {
      check(item, `${at}[${i}]`);
    });
  }

  cut(value: unknown, at: string): void {
    const cut = this.object(value, 'REV2', at, ['from', 'to']);
    if (cut) this.#range(cut.from, cut.to, 'REV2', at);
  }

  mask(value: unknown, at: string): void {
    const mask = this.object(value, 'REV4', at, ['kind', 'surface', 'node', 'rect', 'from', 'to']);
    if (!mask) return;
    this.#range(mask.from, mask.to, 'REV4', at);
    if (!isCount(mask.surface)) this.fault('REV4', `${at}.surface`, 'is not a whole number from 0');
    if (mask.kind === 'element') {
      if (!isCount(mask.node)) this.fault('REV4', `${at}.node`, 'is not a whole number from 0');
      if (mask.rect !== undefined) this.fault('REV1', at, 'holds an unknown field');
    } else if (mask.kind === 'rectangle') {
      if (mask.node !== undefined) this.fault('REV1', at, 'holds an unknown field');
      this.#rect(mask.rect, `${at}.rect`);
    } else {
      this.fault('REV4', `${at}.kind`, 'is neither element nor rectangle');
    }
  }

  reason(value: unknown, at: string): void {
    const reason = this.object(value, 'REV7', at, ['action', 'text']);
    if (!reason) return;
    if (!isCount(reason.action) || reason.action >= this.#bounds.actions) {
      this.fault('REV7', `${at}.action`, 'is not a step of this recording');
    }
    this.#words(reason.text, 'REV7', `${at}.text`);
  }

  task(value: unknown): void {
    this.#words(value, 'REV5', 'edits.task');
    if (this.#bounds.taskKind === 'card') {
      this.fault('REV5', 'edits.task', 'the words of a card stay as they are');
    }
  }

  #rect(value: unknown, at: string): void {
    const rect = this.object(value, 'REV4', at, ['x', 'y', 'width', 'height']);
    if (!rect) return;
    const sound = [rect.x, rect.y, rect.width, rect.height].every((side) => Number.isFinite(side));
    if (!sound || (rect.width as number) <= 0 || (rect.height as number) <= 0) {
      this.fault('REV4', at, 'is not a rectangle with an area');
    }
  }

  #range(from: unknown, to: unknown, rule: string, at: string): void {
    if (!isCount(from) || !isCount(to)) this.fault(rule, at, 'from and to are whole ticks from 0');
    else if (to <= from) this.fault(rule, at, 'ends before it begins');
    else if (to > this.#bounds.durationTicks + 1) this.fault(rule, at, 'ends after the recording');
  }

  #words(text: unknown, rule: string, at: string): void {
    if (typeof text !== 'string' || text.trim() === '') this.fault(rule, at, 'holds no words');
    else if (text.length > LONGEST_TEXT) this.fault(rule, at, `is longer than ${LONGEST_TEXT} characters`);
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
