import { type Fault, RecordingError } from './fault.ts';
import { limitsWith, type RecordingLimits } from './recording-limits.ts';
import {
  type IncrementalData,
  type MutationData,
  RRWEB_FULL_SNAPSHOT,
  RRWEB_INCREMENTAL,
  RRWEB_META,
  type SerializedNode,
  SOURCE_ADOPTED_STYLE_SHEET,
  SOURCE_INPUT,
  SOURCE_MUTATION,
  SOURCE_SCROLL,
  SOURCE_STYLE_DECLARATION,
  SOURCE_STYLE_SHEET_RULE,
  SOURCE_VIEWPORT_RESIZE,
  type StateChange,
} from './state.ts';
import { applyMutation } from './state-mutation.ts';
import { contentOf, type RuleChange, StateNode } from './state-node.ts';
import { type SheetDefinition, snapshotChanges } from './state-snapshot.ts';

export type StateTreeOptions = {
  limits?: Partial<RecordingLimits>;
  /**
   * Called instead of throwing where a change contradicts the tree; what contradicts is then left out, as
   * rrweb's own replayer does. For importing what others recorded.
   */
  onFault?: (fault: Fault) => void;
};

/**
 * The interface of one surface at an instant (REC61-REC64): applies changes in the order in which rrweb's
 * replayer does and gives the present as changes that build it anew. Pure; nothing of a DOM is needed.
 *
 * A contradiction (an unknown or repeated id, a sibling elsewhere) throws RecordingError unless `onFault`
 * is given. After a throw the tree is half-way through a change: only another full snapshot makes it sound.
 */
export class StateTree {
  readonly #limits: RecordingLimits;
  readonly #onFault: ((fault: Fault) => void) | undefined;
  readonly #nodes = new Map<number, StateNode>();
  readonly #sheets = new Map<number, SheetDefinition>();
  #root: StateNode | null = null;
  #page: { href: string; width: number; height: number } | null = null;

  constructor(options: StateTreeOptions = {}) {
    this.#limits = limitsWith(options.limits);
    this.#onFault = options.onFault;
  }

  /** Null until the first full snapshot. */
  get root(): StateNode | null {
    return this.#root;
  }

  get size(): number {
    return this.#nodes.size;
  }

  /** What the last meta change and the resizes after it said. */
  get page(): Readonly<{ href: string; width: number; height: number }> | null {
    return this.#page;
  }

  apply(change: StateChange): void {
    switch (change.type) {
      case RRWEB_META:
        this.#page = { ...change.data };
        break;
      case RRWEB_FULL_SNAPSHOT: {
        this.#nodes.clear();
        this.#sheets.clear();
        this.#root = this.#build(change.data.node, null);
        const { top, left } = change.data.initialOffset;
        if (this.#root) this.#root.scroll = { x: left, y: top };
        break;
      }
      case RRWEB_INCREMENTAL:
        if (this.#root === null) this.#fault('REC62', 'change', 'comes before the first full snapshot');
        else this.#incremental(change.data);
        break;
    }
  }

  /** Changes that build the same state in a fresh tree or player: meta, full snapshot, then what it can't hold. */
  snapshot(): StateChange[] {
    if (this.#root === null) return this.#page ? [{ type: RRWEB_META, data: { ...this.#page } }] : [];
    return snapshotChanges(this.#root, this.#page, this.#sheets);
  }

  node(id: number): StateNode | undefined {
    return this.#nodes.get(id);
  }

  /** The text below a node in document order, shadow roots included; not of style sheets or frames. */
  textOf(id: number): string {
    const node = this.#nodes.get(id);
    return node ? text(node) : '';
  }

  /** From the parent to the root, through shadow roots and frames; empty for the root and unknown ids. */
  ancestors(id: number): StateNode[] {
    const above: StateNode[] = [];
    for (let node = this.#nodes.get(id)?.parent ?? null; node; node = node.parent) above.push(node);
    return above;
  }

  /** All children of its parent in order, itself among them. */
  siblings(id: number): readonly StateNode[] {
    return this.#nodes.get(id)?.siblings ?? [];
  }

  *[Symbol.iterator](): IterableIterator<StateNode> {
    if (this.#root) yield* this.#root.descend();
  }

  #incremental(data: IncrementalData): void {
    switch (data.source) {
      case SOURCE_MUTATION:
        this.#mutate(data);
        break;
      case SOURCE_SCROLL: {
        const node = this.#known(data.id, 'scroll');
        if (node) node.scroll = { x: data.x, y: data.y };
        break;
      }
      case SOURCE_VIEWPORT_RESIZE:
        this.#page = { href: this.#page?.href ?? '', width: data.width, height: data.height };
        break;
      case SOURCE_INPUT: {
        const node = this.#known(data.id, 'input');
        if (node) node.input = { text: data.text, isChecked: data.isChecked };
        break;
      }
      case SOURCE_STYLE_SHEET_RULE:
      case SOURCE_STYLE_DECLARATION:
        this.#changeRules(data);
        break;
      case SOURCE_ADOPTED_STYLE_SHEET:
        this.#adopt(data);
        break;
    }
  }

  #mutate(data: MutationData): void {
    applyMutation(data, {
      node: (id) => this.#nodes.get(id),
      remove: (node) => this.#remove(node),
      build: (serialized, parent) => this.#build(serialized, parent),
      fault: (rule, at, message) => this.#fault(rule, at, message),
    });
  }

  #changeRules(data: RuleChange): void {
    if (data.styleId !== undefined) {
      const sheet = this.#sheets.get(data.styleId);
      if (!sheet) this.#fault('REC62', `sheet ${data.styleId}`, 'is not known');
      else if (data.source === SOURCE_STYLE_SHEET_RULE && isReplacement(data)) sheet.changes = [data];
      else sheet.changes.push(data);
      return;
    }
    const node = this.#known(data.id ?? -1, 'rules');
    node?.rules.push(data);
  }

  #adopt(data: Extract<IncrementalData, { source: typeof SOURCE_ADOPTED_STYLE_SHEET }>): void {
    const node = this.#known(data.id, 'adopted');
    if (!node) return;
    for (const { styleId, rules } of data.styles ?? []) {
      this.#sheets.set(styleId, { document: documentOf(node), rules, changes: [] });
    }
    const known = data.styleIds.filter((id) => {
      if (!this.#sheets.has(id)) this.#fault('REC62', `sheet ${id}`, 'is not known');
      return this.#sheets.has(id);
    });
    node.adopted = known;
  }

  #known(id: number, what: string): StateNode | undefined {
    const node = this.#nodes.get(id);
    if (!node) this.#fault('REC62', `${what} of node ${id}`, 'is about a node that is not there');
    return node;
  }

  /** Builds a node and all below it. Its place among its parent's children is the caller's. */
  #build(serialized: SerializedNode, parent: StateNode | null): StateNode | null {
    if (this.#nodes.has(serialized.id)) {
      this.#fault('REC56', `node ${serialized.id}`, 'is there already');
      return null;
    }
    const node = new StateNode(contentOf(serialized), parent);
    if (node.depth > this.#limits.depth || this.#nodes.size >= this.#limits.nodes) {
      this.#fault('REC57', `node ${serialized.id}`, 'makes the tree too deep or too large');
      return null;
    }
    this.#nodes.set(node.id, node);
    if (serialized.type === 0 || serialized.type === 2) {
      for (const child of serialized.childNodes) {
        const built = this.#build(child, node);
        if (built) (built.isShadow ? node.shadow : node.children).push(built);
      }
    }
    return node;
  }

  #remove(node: StateNode): void {
    const { siblings, parent } = node;
    if (parent?.document === node) parent.document = null;
    else siblings.splice(siblings.indexOf(node), 1);
    for (const gone of node.descend()) {
      this.#nodes.delete(gone.id);
      if (gone.content.type !== 0) continue;
      for (const [id, sheet] of this.#sheets) if (sheet.document === gone) this.#sheets.delete(id);
    }
  }

  #fault(rule: string, at: string, message: string): void {
    const fault = { rule, at, message };
    if (!this.#onFault) throw new RecordingError([fault]);
    this.#onFault(fault);
  }
}

function isReplacement(data: RuleChange): boolean {
  return (
    data.source === SOURCE_STYLE_SHEET_RULE && (data.replace !== undefined || data.replaceSync !== undefined)
  );
}

/** The document that a node is in; the root itself where nothing above is one. */
function documentOf(node: StateNode): StateNode {
  let at = node;
  while (at.content.type !== 0 && at.parent) at = at.parent;
  return at;
}

function text(node: StateNode): string {
  if (node.content.type === 3) return node.content.textContent;
  if (node.isStyle) return '';
  let all = '';
  for (const child of node.children) all += text(child);
  for (const child of node.shadow) all += text(child);
  return all;
}
