/**
 * Where the elements are that a task acts on. `place: 'kept'`: where in it one clicks matters (a caret, a slider, a map, a
 * canvas), and the point stays as it was, which the risk counts (MOV22).
 */
export type ElementBox = {
  id: number;
  x: number;
  y: number;
  width: number;
  height: number;
  place: 'atomic' | 'kept';
};

/** Side of the squares that stand in where no elements are known. */
export const GRID_PX = 48;

const SHELF = 64;
const MOST_SHELVES = 4096;

/** The innermost element at a point is the smallest that holds it; where none does, the square of the grid. */
export class ElementBoxes {
  readonly #shelves = new Map<number, ElementBox[]>();
  readonly #wide: ElementBox[] = [];
  readonly #all: ElementBox[] = [];

  /** Ids are whole numbers from 0 to 2^30. */
  constructor(boxes: Iterable<ElementBox> = []) {
    for (const box of boxes) this.#add(box);
  }

  at(x: number, y: number): ElementBox {
    let found: ElementBox | null = null;
    const near = this.#shelves.get(shelf(Math.floor(x / SHELF), Math.floor(y / SHELF)));
    for (const boxes of [near ?? [], this.#wide]) {
      for (const box of boxes) {
        if (!holds(box, x, y)) continue;
        if (found === null || box.width * box.height < found.width * found.height) found = box;
      }
    }
    return found ?? square(x, y);
  }

  /** The same boxes on a screen whose pixels are so much smaller. */
  scaled({ across, down }: { across: number; down: number }): ElementBoxes {
    if (across === 1 && down === 1) return this;
    return new ElementBoxes(
      this.#all.map((box) => ({
        ...box,
        x: box.x * across,
        y: box.y * down,
        width: box.width * across,
        height: box.height * down,
      })),
    );
  }

  #add(box: ElementBox): void {
    this.#all.push(box);
    const [left, right] = [Math.floor(box.x / SHELF), Math.floor((box.x + box.width) / SHELF)];
    const [top, bottom] = [Math.floor(box.y / SHELF), Math.floor((box.y + box.height) / SHELF)];
    if ((right - left + 1) * (bottom - top + 1) > MOST_SHELVES) {
      this.#wide.push(box);
      return;
    }
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const key = shelf(column, row);
        const there = this.#shelves.get(key);
        if (there) there.push(box);
        else this.#shelves.set(key, [box]);
      }
    }
  }
}

/** Right and lower edges are the neighbour's. */
export function holds(box: ElementBox, x: number, y: number): boolean {
  return x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;
}

/** The square of the grid at a point. Its id is below 0, so that it is never an element's. */
export function square(x: number, y: number): ElementBox {
  const column = Math.floor(x / GRID_PX);
  const row = Math.floor(y / GRID_PX);
  return {
    id: -1 - shelf(column, row),
    x: column * GRID_PX,
    y: row * GRID_PX,
    width: GRID_PX,
    height: GRID_PX,
    place: 'atomic',
  };
}

function shelf(column: number, row: number): number {
  return (row + 4096) * 65_536 + (column + 4096);
}
