import type { GeometryEvent, RecordedEvent } from '@aboveboard/protocol/event';
import type { BarsContent } from '../../rendering-page/main.ts';

type Point = { t: number; x: number; y: number };

/** What the events say about each surface over time. */
export class SurfaceHistory {
  readonly #geometry = new Map<number, GeometryEvent[]>();
  readonly #addresses = new Map<number, { t: number; address: string }[]>();
  readonly #openings = new Map<number, { t: number; open: boolean }[]>();
  readonly #fronts: { t: number; surface: number }[] = [];
  #pointer: Point[] = [];

  static async read(events: AsyncIterable<RecordedEvent[]>): Promise<SurfaceHistory> {
    const history = new SurfaceHistory();
    for await (const batch of events) for (const event of batch) history.#take(event);
    return history;
  }

  #take(event: RecordedEvent): void {
    switch (event.kind) {
      case 'geometry':
        append(this.#geometry, event.surface, event);
        break;
      case 'navigate':
        append(this.#addresses, event.surface, { t: event.t, address: `${event.origin}${event.path}` });
        break;
      case 'surface':
        append(this.#openings, event.surface, { t: event.t, open: event.phase === 'open' });
        break;
      case 'focus':
        if (event.scope === 'surface') this.#fronts.push({ t: event.t, surface: event.surface });
        break;
      case 'move':
      case 'down':
      case 'up':
        this.#pointer.push({ t: event.t, x: event.x, y: event.y });
        break;
    }
  }

  at(
    surface: number,
    t: number,
  ): { open: boolean; geometry: GeometryEvent | null; pointer: { x: number; y: number } | null } {
    const front = last(this.#fronts, t)?.surface ?? surface;
    const pointer = front === surface ? last(this.#pointer, t) : null;
    return {
      open: last(this.#openings.get(surface) ?? [], t)?.open ?? true,
      geometry: last(this.#geometry.get(surface) ?? [], t),
      pointer: pointer && { x: pointer.x, y: pointer.y },
    };
  }

  closedBefore(surface: number, t: number): boolean {
    return last(this.#openings.get(surface) ?? [], t)?.open === false;
  }

  bars(front: number, t: number): BarsContent {
    const known = new Set([...this.#addresses.keys(), ...this.#openings.keys(), front]);
    const tabs = [...known]
      .filter((surface) => this.at(surface, t).open && (surface === front || this.#seen(surface, t)))
      .sort((a, b) => a - b)
      .map((surface) => ({ surface, title: hostOf(this.#address(surface, t)) }));
    return { tabs, front, address: this.#address(front, t) };
  }

  #seen(surface: number, t: number): boolean {
    return last(this.#addresses.get(surface) ?? [], t) !== null;
  }

  #address(surface: number, t: number): string {
    return last(this.#addresses.get(surface) ?? [], t)?.address ?? '';
  }
}

function hostOf(address: string): string {
  return /^[a-z-]+:\/\/([^/]*)/.exec(address)?.[1] ?? address;
}

function append<T>(map: Map<number, T[]>, key: number, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The last of `list`, which is in order of `t`, that is not later than `t`. */
function last<T extends { t: number }>(list: readonly T[], t: number): T | null {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.t ?? Number.POSITIVE_INFINITY) <= t) low = middle + 1;
    else high = middle;
  }
  return list[low - 1] ?? null;
}
