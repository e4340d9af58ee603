import { type MutationData, SOURCE_MUTATION } from '@aboveboard/protocol/state';
import type { AgentRun } from './agent-run.ts';
import { ELEMENT, FRAGMENT, TEXT } from './dom-access.ts';
import type { Serializer } from './serializer.ts';
import { timeSlice } from './time-slice.ts';
import type { TreeWriter } from './tree-writer.ts';

/**
 * What changed in the document, as rrweb's mutations (AGT12-AGT14). The observer's records only say where
 * to look; what is written is what is there when it is written, so a change may be written in pieces and
 * still ends in the true state. Removals come first, then additions from the last sibling to the first,
 * so that the next sibling that each refers to is there.
 */
export type MutationWatch = {
  observe(root: Document | ShadowRoot): void;
  /** Writes what is due, as of `at`, for at most `milliseconds`; true when nothing is left. */
  flush(milliseconds: number, at: number): boolean;
  /** These children could not be written with their parent. */
  leave(node: Node): void;
  attributeChanged(element: Element, name: string): void;
  /** Writes this element and what is in it anew. */
  rewrite(element: Element): void;
  /** All the additions, removals and changes that wait. */
  readonly waiting: number;
};

/** More waiting records or nodes than this mean that the page changes faster than it can be written. */
const RECORD_LIMIT = 200_000;

export function createMutationWatch(
  run: AgentRun,
  serializer: Serializer,
  trees: TreeWriter,
  on: {
    /** Something waits to be written. */
    dirty: () => void;
    styleTouched: (element: Element) => void;
    fieldTouched: (element: Element) => void;
    overload: () => void;
  },
): MutationWatch {
  const { access, mirror } = run;
  const removed = new Set<Node>();
  const added = new Set<Node>();
  const texts = new Set<Node>();
  const attributes = new Map<Element, Set<string>>();
  let backlog: MutationRecord[] = [];
  const observe = run.counted((records: MutationRecord[]) => {
    if (backlog.length + records.length > RECORD_LIMIT || added.size > RECORD_LIMIT) on.overload();
    else backlog = backlog.length === 0 ? records : backlog.concat(records);
    on.dirty();
  });
  const observer = new run.window.MutationObserver(observe);
  run.onEnd(() => observer.disconnect());

  function take(record: MutationRecord): void {
    const target = record.target;
    if (record.type === 'attributes') {
      attributeChanged(target as Element, record.attributeName as string);
      return;
    }
    const owner = record.type === 'characterData' ? access.parent(target) : target;
    if (owner && access.nodeType(owner) === ELEMENT && serializer.isOpaque(owner as Element)) {
      on.styleTouched(owner as Element);
      on.fieldTouched(owner as Element);
      return;
    }
    if (record.type === 'characterData') texts.add(target);
    else {
      // Node lists of a record are the browser's own: nothing of the page is in them.
      for (let i = 0; i < record.removedNodes.length; i++) touch(record.removedNodes[i] as Node);
      for (let i = 0; i < record.addedNodes.length; i++) touch(record.addedNodes[i] as Node);
    }
  }

  function touch(node: Node): void {
    removed.add(node);
    added.add(node);
  }

  function attributeChanged(element: Element, name: string): void {
    const names = attributes.get(element);
    if (names) names.add(name);
    else attributes.set(element, new Set([name]));
    on.dirty();
  }

  /** Nothing is written of what will be removed with its parent, or is not in the state. */
  function removals(out: MutationData): void {
    const gone: { node: Node; parent: Node }[] = [];
    for (const node of removed) {
      const parent = mirror.parent(node);
      if (!parent || !mirror.has(node)) continue;
      if (!isBelowRemoved(parent)) gone.push({ node, parent });
    }
    for (const { node, parent } of gone) {
      const shadow = access.nodeType(parent) === FRAGMENT ? { isShadow: true } : {};
      out.removes.push({ parentId: mirror.ownerId(parent), id: mirror.id(node), ...shadow });
    }
    for (const node of removed) mirror.unlink(node);
    removed.clear();
  }

  function isBelowRemoved(node: Node): boolean {
    for (let at: Node | undefined = node; at; at = mirror.parent(at)) if (removed.has(at)) return true;
    return false;
  }

  function additions(out: MutationData, enough: () => boolean): void {
    for (const node of added) {
      if (enough()) return;
      if (!canBeAdded(node)) {
        added.delete(node);
        continue;
      }
      const row = [node];
      for (let next = access.nextSibling(node); next && added.has(next); next = access.nextSibling(next)) {
        if (canBeAdded(next)) row.push(next);
      }
      for (let at = row.pop(); at; at = row.pop()) {
        if (enough()) return;
        added.delete(at);
        const nextId = nextIdOf(at);
        for (const addition of trees.additions(at, nextId, enough, (left) => added.add(left))) {
          out.adds.push(addition);
        }
      }
    }
  }

  /** Its parent is in the state and it is not. What waits below another addition is written with that. */
  function canBeAdded(node: Node): boolean {
    if (mirror.parent(node) !== undefined) return false;
    const parent = access.parent(node);
    if (!parent || !access.connected(node)) return false;
    const owner = access.nodeType(parent) === FRAGMENT ? access.host(parent) : parent;
    if (!mirror.has(owner)) return false;
    return parent !== owner || access.nodeType(owner) !== ELEMENT || !serializer.isOpaque(owner as Element);
  }

  function nextIdOf(node: Node): number | null {
    const parent = access.parent(node);
    for (let next = access.nextSibling(node); next; next = access.nextSibling(next)) {
      if (mirror.parent(next) === parent) return mirror.id(next);
    }
    return null;
  }

  function changes(out: MutationData, enough: () => boolean): void {
    for (const node of texts) {
      if (enough()) return;
      texts.delete(node);
      if (access.nodeType(node) === TEXT && mirror.has(node)) {
        out.texts.push({ id: mirror.id(node), value: serializer.text(node) });
      }
    }
    for (const [element, names] of attributes) {
      if (enough()) return;
      attributes.delete(element);
      if (!mirror.has(element)) continue;
      on.fieldTouched(element);
      if (names.has('rel') || names.has('href') || names.has('media')) on.styleTouched(element);
      const changed = serializer.changed(element, names);
      if (Object.keys(changed).length > 0) {
        out.attributes.push({ id: mirror.id(element), attributes: changed as Record<string, string | null> });
      }
    }
  }

  return {
    observe(root) {
      observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
    },
    attributeChanged,
    rewrite(element) {
      touch(element);
      on.dirty();
    },
    leave(node) {
      added.add(node);
    },
    get waiting() {
      return backlog.length + removed.size + added.size + texts.size + attributes.size;
    },
    flush(milliseconds, at) {
      const enough = timeSlice(run.now, milliseconds);
      backlog = backlog.concat(observer.takeRecords());
      let taken = 0;
      while (taken < backlog.length && !enough()) take(backlog[taken++] as MutationRecord);
      backlog = backlog.slice(taken);
      if (backlog.length > 0) return false;
      const out: MutationData = { source: SOURCE_MUTATION, texts: [], attributes: [], removes: [], adds: [] };
      if (removed.size > 0) removals(out);
      additions(out, enough);
      changes(out, enough);
      const size = out.texts.length + out.attributes.length + out.removes.length + out.adds.length;
      if (size > 0) run.put({ at, item: 'state', change: { type: 3, data: out } });
      return removed.size + added.size + texts.size + attributes.size === 0;
    },
  };
}
