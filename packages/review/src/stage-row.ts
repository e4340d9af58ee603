import type { OpenedRecording } from '@aboveboard/protocol/recording-reader';
import type { StateItem } from '@aboveboard/protocol/state';
import { CssCache } from './inert-state.ts';
import { fromLastSnapshot, type KeyStates } from './key-states.ts';
import { Stage } from './stage.ts';

export type StageRowOptions = {
  recording: OpenedRecording;
  keys: KeyStates;
  mount: HTMLElement;
  title: string;
  /** How far from what the keys cover a state may be and still be replayed from there. */
  directTicks: number;
};

/** A page that is not in front is kept for coming back to it, but only a few of them. */
const MOST_STAGES = 4;

/**
 * The stages of a recording's surfaces, each brought to an instant on demand: forward from where it is, or
 * anew from the nearest key state. A new stage is built out of sight and takes the old one's place whole.
 */
export class StageRow {
  readonly #options: StageRowOptions;
  readonly #css = new CssCache();
  readonly #stages = new Map<number, { stage: Stage; t: number }>();
  /** Out of sight, for the next picture that is built anew: making a frame costs as much as filling one. */
  #spare: Stage | null = null;

  constructor(options: StageRowOptions) {
    this.#options = options;
  }

  get(surface: number): Stage | null {
    return this.#stages.get(surface)?.stage ?? null;
  }

  get size(): number {
    return this.#stages.size;
  }

  /** True: the surface's stage stands at exactly this instant. */
  isAt(surface: number, t: number): boolean {
    return this.#stages.get(surface)?.t === t;
  }

  /** The stage at the instant; null when the surface has no state by then, or `overtaken` says so. */
  async bring(surface: number, t: number, overtaken: () => boolean): Promise<Stage | null> {
    const { keys, mount, title, directTicks } = this.#options;
    const current = this.#stages.get(surface);
    if (current && current.t === t) return current.stage;
    if (t - keys.upTo > directTicks) await keys.reached(t);
    if (overtaken()) return null;
    const key = keys.before(surface, t);
    if (current && current.t <= t && (!key || key.t <= current.t)) {
      const items = await this.#read(surface, current.t + 1, t);
      if (overtaken()) return null;
      await this.forward(surface, items, t);
      return current.stage;
    }
    const begun = key ? await key.load() : [];
    const items = fromLastSnapshot([...begun, ...(await this.#read(surface, key ? key.t + 1 : 0, t))]);
    if (overtaken() || items.length === 0) return null;
    const stage = this.#spare ?? new Stage(mount, title, this.#css);
    this.#spare = null;
    stage.element.style.visibility = 'hidden';
    await stage.apply(items);
    if (overtaken()) {
      this.#spares(stage);
      return null;
    }
    const replaced = this.#stages.get(surface);
    this.#stages.set(surface, { stage, t });
    if (replaced) this.#spares(replaced.stage);
    return stage;
  }

  /** Items of the surface after its instant, up to `t`. */
  async forward(surface: number, items: readonly StateItem[], t: number): Promise<void> {
    const current = this.#stages.get(surface);
    if (!current) return;
    await current.stage.apply(items);
    current.t = t;
  }

  /** Shows one surface and hides the others; lets go of those that are too many. */
  front(surface: number): void {
    for (const [other, { stage }] of this.#stages) {
      stage.element.style.visibility = other === surface ? 'visible' : 'hidden';
    }
    for (const [other, { stage }] of this.#stages) {
      if (this.#stages.size <= MOST_STAGES) return;
      if (other === surface) continue;
      stage.destroy();
      this.#stages.delete(other);
    }
  }

  destroy(): void {
    for (const { stage } of this.#stages.values()) stage.destroy();
    this.#stages.clear();
    this.#spare?.destroy();
    this.#spare = null;
  }

  #spares(stage: Stage): void {
    this.#spare?.destroy();
    stage.element.style.visibility = 'hidden';
    this.#spare = stage;
  }

  async #read(surface: number, from: number, to: number): Promise<StateItem[]> {
    if (to < from) return [];
    const items: StateItem[] = [];
    for await (const part of this.#options.recording.states({ from, to })) {
      for (const item of part) if (item.surface === surface) items.push(item);
    }
    return items;
  }
}
