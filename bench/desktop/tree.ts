import type { AccessibleNode } from '../../apps/desktop/src/accessible-tree.ts';
import { AccessibilityReader } from '../../apps/desktop/src/atspi/accessibility.ts';
import { XDisplay } from '../../apps/desktop/src/x11/display.ts';
import { WindowStack } from '../../apps/desktop/src/x11/window-stack.ts';
import type { DesktopStage } from '../../e2e/desktop/desktop-stage.ts';

const FIELDS = 140;
const CHANGES = 40;
/** A form of entries with labels, each a node, and what zenity puts around them: 289 nodes. */
const form = (count: number) => Array.from({ length: count }, (_, i) => `--add-entry=Field ${i}`);

/** Reading the interface of a GTK window: all of it, and again after something changed. */
export async function treeOfManyNodes(stage: DesktopStage) {
  const fields = Number(process.env['BENCH_FIELDS'] ?? FIELDS);
  const child = stage.run('zenity', '--forms', '--title=Many', '--text=Many', ...form(fields));
  const window = await stage.windowOf('Many');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const display = await XDisplay.connect(stage.environment['DISPLAY'], () => undefined);
  const stack = new WindowStack(display, { change: () => undefined, gone: () => undefined });
  await stack.begin();
  const top = stack.withClient(Number(window));
  if (!top?.client) throw new Error('the window is not on the screen');
  const [place, outer] = [top.client.place, top.place];
  const reader = await AccessibilityReader.connect(stage.environment['DBUS_SESSION_BUS_ADDRESS'] as string);
  try {
    reader.watch(1, child.pid as number, () => undefined);
    const read = async () => {
      const begun = performance.now();
      const tree = await reader.tree(1, place, outer);
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
    display.close();
  }
}

function count(node: AccessibleNode): number {
  return 1 + node.children.reduce((sum, child) => sum + count(child), 0);
}
