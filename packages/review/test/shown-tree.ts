import type { StateItem } from '@aboveboard/protocol/state';
import type { StateNode } from '@aboveboard/protocol/state-node';
import { StateTree } from '@aboveboard/protocol/state-tree';

/** The two sides of the comparison of a replayed page with the model: one line a node that a recording knows. */
export function shownTree(stage: { document: Document | null; id: (node: Node) => number | null }): string {
  const lines: string[] = [];
  const visit = (node: Node, depth: number) => {
    const id = stage.id(node);
    if (id !== null) lines.push(line(depth, id, wordsOf(node)));
    const below = id === null ? depth : depth + 1;
    for (const child of (node as Element).shadowRoot?.childNodes ?? []) visit(child, below);
    for (const child of node.childNodes) visit(child, below);
    const inner = node.nodeName === 'IFRAME' ? (node as HTMLIFrameElement).contentDocument : null;
    if (inner) visit(inner, below);
  };
  if (stage.document) visit(stage.document, 0);
  return lines.join('\n');
}

export function treeAt(states: readonly StateItem[], surface: number, t: number): string {
  const tree = new StateTree();
  for (const item of states) if (item.surface === surface && item.t <= t) tree.apply(item.event);
  const lines: string[] = [];
  const visit = (node: StateNode, depth: number) => {
    const { content } = node;
    if (content.type === 2) {
      const { class: classes, value } = content.attributes;
      const field = content.tagName === 'input' || content.tagName === 'textarea';
      const shown = field ? (node.input?.text ?? String(value ?? '')) : '';
      lines.push(line(depth, node.id, `${content.tagName} .${classes ?? ''} ${shown}`));
    } else if (content.type === 3) {
      lines.push(line(depth, node.id, node.parent?.isStyle ? 'style' : `"${content.textContent}"`));
    } else lines.push(line(depth, node.id, content.type === 0 ? 'document' : 'doctype'));
    for (const child of [...node.shadow, ...node.children]) visit(child, depth + 1);
    if (node.document) visit(node.document, depth + 1);
  };
  if (tree.root) visit(tree.root, 0);
  return lines.join('\n');
}

function wordsOf(node: Node): string {
  if (node.nodeType === 3) {
    return node.parentNode?.nodeName === 'STYLE' ? 'style' : `"${node.nodeValue}"`;
  }
  if (node.nodeType !== 1) return node.nodeType === 9 ? 'document' : 'doctype';
  const element = node as Element;
  const tag = element.nodeName.toLowerCase();
  const classes = [...element.classList].filter((name) => name !== ':hover' && name !== 'rrweb-paused');
  const field = tag === 'input' || tag === 'textarea';
  return `${tag} .${classes.join(' ')} ${field ? (element as HTMLInputElement).value : ''}`;
}

function line(depth: number, id: number, words: string): string {
  return `${' '.repeat(depth)}${id} ${words}`;
}
