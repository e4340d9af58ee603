import type { AccessibleNode } from '../../apps/desktop/src/accessible-tree.ts';
import { AccessibilityReader } from '../../apps/desktop/src/atspi/accessibility.ts';
import type { DesktopStage } from '../../e2e/desktop/desktop-stage.ts';

const FIELDS = 12;
const CHANGES = 40;
/** A form of entries with labels; zenity puts a dozen nodes of its own around them. */
const form = (count: number) => Array.from({ length: count }, (_, i) => `--add-entry=Field ${i}`);

/** Reading the interface of a GTK window: all of it, and again after something changed. */
export async function treeOfManyNodes(stage: DesktopStage) {
  const fields = Number(process.env['BENCH_FIELDS'] ?? FIELDS);
  const child = stage.run('zenity', '--forms', '--title=Many', '--text=Many', ...form(fields));
  const window = await stage.windowOf('Many');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const shell = stage.hands('getwindowgeometry', '--shell', window);
  const of = (what: string) => Number(new RegExp(`^${what}=(-?\\d+)$`, 'm').exec(shell)?.[1]);
  const place = { x: of('X'), y: of('Y'), width: of('WIDTH'), height: of('HEIGHT') };
  const reader = await AccessibilityReader.connect(stage.environment['DBUS_SESSION_BUS_ADDRESS'] as string);
  try {
    reader.watch(1, child.pid as number, () => undefined);
    const read = async () => {
      const begun = performance.now();
      const tree = await reader.tree(1, place, place);
      if (!tree) throw new Error('the window has no tree');
      return { took: performance.now() - begun, nodes: count(tree) };
    };
    const first = await read();
    const again: number[] = [];
    for (let i = 0; i < CHANGES; i++) {
      stage.hands('key', '--window', window, 'Tab');
      again.push((await read()).took);
    }
    again.sort((a, b) => a - b);
    return {
      tree_first: first.took,
      tree_change: again[again.length >> 1] ?? Number.NaN,
      tree_nodes: first.nodes,
    };
  } finally {
    reader.close();
  }
}

function count(node: AccessibleNode): number {
  return 1 + node.children.reduce((sum, child) => sum + count(child), 0);
}
