import type {
  IncrementalData,
  SerializedNode,
  SOURCE_STYLE_DECLARATION,
  SOURCE_STYLE_SHEET_RULE,
} from './state.ts';
import { localName } from './state-safety.ts';

export type RuleChange = Extract<
  IncrementalData,
  { source: typeof SOURCE_STYLE_SHEET_RULE | typeof SOURCE_STYLE_DECLARATION }
>;

/** A serialized node without its children. */
export type NodeContent =
  | Omit<Extract<SerializedNode, { type: 0 }>, 'childNodes'>
  | Extract<SerializedNode, { type: 1 }>
  | Omit<Extract<SerializedNode, { type: 2 }>, 'childNodes'>
  | Extract<SerializedNode, { type: 3 }>;

/** One node of a StateTree; owned and changed by the tree alone. */
export class StateNode {
  readonly content: NodeContent;
  readonly parent: StateNode | null;
  readonly depth: number;
  readonly children: StateNode[] = [];
  /** What is in its shadow root. */
  readonly shadow: StateNode[] = [];
  /** The document of a frame's element. */
  document: StateNode | null = null;
  /** Single properties set on top of the style attribute, in the order of setting. */
  style: Map<string, string | [string, string] | false> | null = null;
  /** What was done to the sheet of a style element since its text was last set. */
  rules: RuleChange[] = [];
  adopted: number[] | null = null;
  scroll: { x: number; y: number } | null = null;
  input: { text: string; isChecked: boolean } | null = null;

  constructor(content: NodeContent, parent: StateNode | null) {
    this.content = content;
    this.parent = parent;
    this.depth = parent === null ? 1 : parent.depth + 1;
  }

  get id(): number {
    return this.content.id;
  }

  get isShadow(): boolean {
    return (this.content.type === 2 || this.content.type === 3) && this.content.isShadow === true;
  }

  get isStyle(): boolean {
    return this.content.type === 2 && localName(this.content.tagName) === 'style';
  }

  /** The list that it stands in. */
  get siblings(): StateNode[] {
    if (this.parent === null) return [this];
    if (this.parent.document === this) return [this];
    return this.isShadow ? this.parent.shadow : this.parent.children;
  }

  /** Itself and everything below, frames' documents included, in document order. */
  *descend(): IterableIterator<StateNode> {
    const open: StateNode[] = [this];
    for (let node = open.pop(); node; node = open.pop()) {
      yield node;
      if (node.document) open.push(node.document);
      for (let i = node.shadow.length - 1; i >= 0; i -= 1) open.push(node.shadow[i] as StateNode);
      for (let i = node.children.length - 1; i >= 0; i -= 1) open.push(node.children[i] as StateNode);
    }
  }

  /** With its children and shadow; a frame's document is a change of its own in rrweb's format. */
  serialize(): SerializedNode {
    const { content } = this;
    if (content.type === 1 || content.type === 3) return { ...content };
    const childNodes = [...this.children, ...this.shadow].map((child) => child.serialize());
    if (content.type === 0) return { ...content, childNodes };
    return { ...content, attributes: { ...content.attributes }, childNodes };
  }
}

/** The node's own part. `attributes` is copied: the tree changes it. */
export function contentOf(node: SerializedNode): NodeContent {
  if (node.type === 1 || node.type === 3) return { ...node };
  const { childNodes: _, ...content } = node;
  return content.type === 2 ? { ...content, attributes: { ...content.attributes } } : content;
}
