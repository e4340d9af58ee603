import type { ShownNode } from '../shown-tree.ts';
import type { ElementView } from './element-step.ts';

/** Features are numbers below this: their names' hashes. Two names may fall together, which costs a little and bounds the model. */
export const BUCKETS = 1 << 16;
const MOST_WORDS = 24;

/** Of each node in turn, the features that it has (EVA32). */
export function elementFeatures(view: ElementView): Uint16Array[] {
  const said = wordsOf(view.instruction);
  const last = view.history.at(-1);
  const came = last ? `${last.kind} ${last.role} ${last.name}` : 'first';
  const times = new Map<string, number>();
  return view.nodes.map((node, place) => {
    const is = whatItIs(node);
    const nth = times.get(is) ?? 0;
    times.set(is, nth + 1);
    const own = wordsOf(node.name);
    const above = node.parent === null ? undefined : view.nodes[node.parent];
    const again = view.history.filter(({ role, name }) => role === node.role && name === node.name).length;
    const share = `${overlap(own, said)}`;
    return Uint16Array.from(
      [
        `role ${node.role}`,
        `is ${is}`,
        `nth ${node.role} ${Math.min(nth, 5)}`,
        `isnth ${is} ${Math.min(nth, 9)}`,
        `within ${above?.role} ${above?.name} ${node.role}`,
        `place ${Math.floor((10 * place) / view.nodes.length)}`,
        `share ${share}`,
        `share ${node.role} ${share}`,
        `again ${node.role} ${again}`,
        `again ${is} ${again}`,
        `came ${came} > ${is}`,
        `came ${last?.kind} ${last?.role} > ${node.role}`,
        `value ${node.role} ${node.value === undefined ? 'none' : node.value === '' ? 'empty' : 'some'}`,
        ...(node.states ?? []).map((state) => `state ${node.role} ${state}`),
        ...[...said].map((word) => `goal ${word} > ${is}`),
        ...[...own].map((word) => `word ${node.role} ${word}`),
      ].map(bucketOf),
    );
  });
}

/** The feature that the most frequent of a release are counted by. */
export function bucketOfNode(node: ShownNode): number {
  return bucketOf(`is ${whatItIs(node)}`);
}

/** How much of a name the instruction says: 0 to 1, in quarters. */
export function overlap(own: ReadonlySet<string>, said: ReadonlySet<string>): number {
  if (own.size === 0) return 0;
  const shared = [...own].filter((word) => said.has(word)).length;
  return Math.ceil((4 * shared) / own.size) / 4;
}

export function wordsOf(text: string): Set<string> {
  return new Set(
    text
      .toLowerCase()
      .match(/[\p{L}\p{N}]{2,}/gu)
      ?.slice(0, MOST_WORDS),
  );
}

const whatItIs = ({ role, name }: ShownNode) => `${role} ${name.toLowerCase()}`;

/** FNV-1a of the UTF-16 units, folded to sixteen bits. */
function bucketOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & (BUCKETS - 1);
}
