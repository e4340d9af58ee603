import { type AccessibleNode, type AccessibleTree, TREE_LIMITS } from '../accessible-tree.ts';
import type { WindowPlace } from '../capture-source.ts';
import type { DBusCall } from '../dbus/connection.ts';
import { DBusFault, DBusSilence, type DBusValue } from '../dbus/values.ts';
import { relative } from '../place.ts';
import { isShowing, roleOf, statesOf } from './roles.ts';

/** An object of an application: the name on the bus, and its path. */
export type BusObject = [name: string, path: string];
type Application = { name: string; path: string };
/** What is asked; rejects with DBusFault. */
export type Bus = { call(call: DBusCall): Promise<DBusValue[]> };

type Item = { path: string; parent: string; index: number; name: string; role: number; states: number };

const ACCESSIBLE = 'org.a11y.atspi.Accessible';
const SCREEN = 0;
/** How far what an application says of its window may be from where the display server has it. */
const TOLERANCE = 2;

/**
 * The tree of the one window of the application that stands at `place`, with boxes in its pixels. Null: none does, or
 * more than one, or it says that there are more nodes than are read (DSK21, DSK22).
 */
export async function readWindowTree(
  bus: Bus,
  application: Application,
  place: WindowPlace,
  outer: WindowPlace,
): Promise<AccessibleTree | null> {
  const [frames] = (await ask(bus, application, ACCESSIBLE, 'GetChildren')) as [BusObject[]];
  const standing: string[] = [];
  for (const [name, path] of frames.slice(0, 64)) {
    if (name !== application.name) continue;
    const box = await extents(bus, { name, path });
    if (box && (isAt(box, place) || isAt(box, outer))) standing.push(path);
  }
  const [frame] = standing;
  if (frame === undefined || standing.length > 1) return null;
  const items = await cached(bus, application).catch((error) => {
    if (!(error instanceof DBusFault)) throw error;
    return null;
  });
  // Some keep no cache, and some leave this window out of it.
  const known = items?.some(({ path }) => path === frame)
    ? items
    : await walked(bus, application.name, frame);
  return known && assemble(bus, application.name, frame, known, place);
}

async function ask(
  bus: Bus,
  { name, path }: Application,
  interface_: string,
  member: string,
  signature = '',
  body: DBusValue[] = [],
): Promise<DBusValue[]> {
  return bus.call({ destination: name, path, interface: interface_, member, signature, body });
}

async function extents(bus: Bus, object: Application): Promise<WindowPlace | null> {
  const answer = await ask(bus, object, 'org.a11y.atspi.Component', 'GetExtents', 'u', [SCREEN]).catch(
    () => null,
  );
  const [x, y, width, height] = (answer?.[0] ?? []) as number[];
  if (x === undefined || y === undefined || !width || !height || width < 0 || height < 0) return null;
  return { x, y, width, height };
}

function isAt(box: WindowPlace, place: WindowPlace): boolean {
  return (['x', 'y', 'width', 'height'] as const).every(
    (one) => Math.abs(box[one] - place[one]) <= TOLERANCE,
  );
}

/** All that the application keeps, in one answer; its two spellings differ in one field. */
async function cached(bus: Bus, { name }: Application): Promise<Item[] | null> {
  const cache = { name, path: '/org/a11y/atspi/cache' };
  const [answer] = (await ask(bus, cache, 'org.a11y.atspi.Cache', 'GetItems')) as [DBusValue[][]];
  if (answer.length > TREE_LIMITS.nodes) return null;
  return answer.map((fields, order) => {
    const [, path] = fields[0] as BusObject;
    const [, parent] = fields[2] as BusObject;
    // An index and a count of children, or the children themselves: one field less.
    const counts = typeof fields[3] === 'number';
    const [label, role, , states] = fields.slice(counts ? 6 : 5) as [string, number, string, number[]];
    const index = counts ? (fields[3] as number) : order;
    return { path, parent, index, name: label, role, states: states[0] ?? 0 };
  });
}

/** Node by node; those of one depth together. Null: too many, or too deep. */
async function walked(bus: Bus, name: string, frame: string): Promise<Item[] | null> {
  const items: Item[] = [];
  const seen = new Set<string>();
  let level: { path: string; parent: string; index: number }[] = [{ path: frame, parent: '', index: 0 }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > TREE_LIMITS.depth || seen.size > TREE_LIMITS.nodes) return null;
    const fresh = level.filter(({ path }) => !seen.has(path) && seen.add(path));
    const found = await Promise.all(fresh.map((one) => described(bus, name, one)));
    for (const one of found) if (one) items.push(one.item);
    level = found.flatMap((one) => one?.children ?? []);
  }
  return items;
}

async function described(
  bus: Bus,
  name: string,
  { path, parent, index }: { path: string; parent: string; index: number },
) {
  const object = { name, path };
  const [label, role, states] = await Promise.all([
    ask(bus, object, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [ACCESSIBLE, 'Name']).catch(() => null),
    ask(bus, object, ACCESSIBLE, 'GetRole').catch(orRefused),
    ask(bus, object, ACCESSIBLE, 'GetState').catch(orRefused),
  ]);
  const bits = ((states?.[0] as number[] | undefined) ?? [0])[0] ?? 0;
  if (!role || !isShowing(bits)) return null;
  const given = (label?.[0] as { value: DBusValue } | undefined)?.value;
  const item: Item = {
    path,
    parent,
    index,
    name: typeof given === 'string' ? given : '',
    role: role[0] as number,
    states: bits,
  };
  const [below] = (await ask(bus, object, ACCESSIBLE, 'GetChildren').catch(
    (error) => orRefused(error) ?? [[]],
  )) as [BusObject[]];
  const children = below
    .filter(([owner]) => owner === name)
    .map(([, child], order) => ({ path: child, parent: path, index: order }));
  return { item, children };
}

/** One that hangs may be a place for a password: a tree with holes where nobody answered is none (DSK102). */
function orRefused(error: unknown): null {
  if (error instanceof DBusSilence) throw error;
  return null;
}

/** From the frame down, what is on the screen, each once: parents that go in circles are never reached. */
async function assemble(
  bus: Bus,
  name: string,
  frame: string,
  items: readonly Item[],
  place: WindowPlace,
): Promise<AccessibleTree | null> {
  const below = new Map<string, Item[]>();
  for (const item of items) {
    const siblings = below.get(item.parent);
    if (siblings) siblings.push(item);
    else below.set(item.parent, [item]);
  }
  const first = items.find(({ path }) => path === frame);
  if (!first) return null;
  const seen = new Set<string>();
  const boxes: Promise<void>[] = [];
  const build = (item: Item, depth: number): AccessibleNode | null => {
    if (depth > TREE_LIMITS.depth || seen.has(item.path)) return null;
    seen.add(item.path);
    const node: AccessibleNode = {
      key: item.path,
      role: roleOf(item.role),
      name: item.name.slice(0, TREE_LIMITS.name),
      box: null,
      states: statesOf(item.role, item.states),
      children: [],
    };
    boxes.push(
      extents(bus, { name, path: item.path }).then((box) => {
        node.box = box && relative(box, place);
      }),
    );
    const children = (below.get(item.path) ?? []).filter(({ states }) => isShowing(states));
    for (const child of children.sort((a, b) => a.index - b.index)) {
      const made = build(child, depth + 1);
      if (made) node.children.push(made);
    }
    return node;
  };
  const tree = build(first, 0);
  await Promise.all(boxes);
  return tree;
}
