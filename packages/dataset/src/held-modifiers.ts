import type { Modifier } from './action.ts';

const ORDER: readonly Modifier[] = ['Control', 'Shift', 'Alt', 'AltGraph', 'Meta'];

/**
 * Modifiers that are down. The event of a press belongs to the first action that the modifier serves; until
 * then it is kept here (ACT33).
 */
export class HeldModifiers {
  #held: { name: Modifier; index: number; t: number; free: boolean }[] = [];

  /** False: it is no modifier of actions, or it is down already. */
  press(name: string | undefined, index: number, t: number): boolean {
    const modifier = ORDER.find((known) => known === name);
    if (modifier === undefined || this.#held.some((held) => held.name === modifier)) return false;
    this.#held.push({ name: modifier, index, t, free: true });
    return true;
  }

  /** The press, with `free` false when an action took it; null: it was not down. */
  release(name: string | undefined): { name: Modifier; index: number; t: number; free: boolean } | null {
    const at = this.#held.findIndex((held) => held.name === name);
    return at === -1 ? null : (this.#held.splice(at, 1)[0] ?? null);
  }

  get any(): boolean {
    return this.#held.length > 0;
  }

  names(): Modifier[] {
    if (this.#held.length === 0) return [];
    return ORDER.filter((name) => this.#held.some((held) => held.name === name));
  }

  /** The presses that no action has taken yet; they count as taken now. */
  take(): number[] {
    if (this.#held.length === 0) return [];
    const taken: number[] = [];
    for (const held of this.#held) {
      if (held.free) taken.push(held.index);
      held.free = false;
    }
    return taken;
  }

  clear(): void {
    this.#held = [];
  }
}
