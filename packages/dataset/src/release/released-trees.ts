import type { ShownNode, ShownTree } from '../shown-tree.ts';

/** JSON lines (REL45): whose they are, then each tree. The id keeps two tasks' shards apart where both show the same. */
export function treeLines(task: string, trees: readonly ShownTree[]): string {
  const said = new WeakMap<ShownNode, string>();
  const nodeLine = (node: ShownNode): string => {
    let line = said.get(node);
    if (line === undefined) {
      line = JSON.stringify(node);
      said.set(node, line);
    }
    return line;
  };
  const lines = [JSON.stringify({ kind: 'trees', id: task, trees: trees.length })];
  for (const [index, { nodes, ...tree }] of trees.entries()) {
    const head = JSON.stringify({ kind: 'tree', index, ...tree });
    lines.push(`${head.slice(0, -1)},"nodes":[${nodes.map(nodeLine).join(',')}]}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Of lines whose digest was right: what a release's own builder wrote. Throws RangeError for others. */
export function readTreeLines(task: string, text: string): ShownTree[] {
  const [head, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  if (head?.['kind'] !== 'trees' || head['id'] !== task || head['trees'] !== lines.length)
    throw new RangeError('not the trees of this task');
  return lines.map((line, i) => {
    if (line['kind'] !== 'tree' || line['index'] !== i || !isWhole(line['nodes']))
      throw new RangeError('not the trees of this task');
    const { kind: _, index: __, ...tree } = line;
    return tree as ShownTree;
  });
}

/** Each node stands after its parent: whoever walks up comes to the root. */
function isWhole(nodes: unknown): nodes is ShownNode[] {
  if (!Array.isArray(nodes)) return false;
  return (nodes as ShownNode[]).every(({ parent }, place) =>
    place === 0
      ? parent === null
      : Number.isInteger(parent) && (parent as number) >= 0 && (parent as number) < place,
  );
}
