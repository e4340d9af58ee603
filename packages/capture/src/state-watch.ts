import { type MutationData, SOURCE_MUTATION } from '@aboveboard/protocol/state';
import type { AgentRun } from './agent-run.ts';
import { ELEMENT } from './dom-access.ts';
import type { ElementContexts } from './element-context.ts';
import { createFormWatch, type FormWatch } from './form-watch.ts';
import { createFramePlaces } from './frame-place.ts';
import { createMutationWatch } from './mutation-watch.ts';
import { createScrollWatch } from './scroll-watch.ts';
import { createSerializer } from './serializer.ts';
import { createSettle } from './settle.ts';
import { createSolidBoxes } from './solid-boxes.ts';
import { createStyleWatch } from './style-watch.ts';
import { FIRST_SLICE, SLICE, timeSlice } from './time-slice.ts';
import { createTreeWriter } from './tree-writer.ts';

/**
 * The state of one document, from its first snapshot on (AGT10-AGT24): waits for the document, masks its
 * style sheets ahead, takes the snapshot, then writes what changes. Works in slices, so that the page never
 * waits for it.
 */
export type StateWatch = {
  /** Writes what is due before an input is: it acts on what was there before it. */
  beforeInput(at: number): void;
  poll(): void;
  readonly forms: FormWatch;
};

/** Changes that come together are written together, this many milliseconds after the first. */
const COALESCE = 60;
/** A document that is still being read is taken as it is after this many milliseconds. */
const PATIENCE = 1_000;
/** Larger documents are not recorded (AGT41). */
export const ELEMENT_LIMIT = 100_000;
const HOSTS_LIMIT = 20_000;
/** Polls between two looks at how large the document has become. */
const COUNT_EVERY = 16;

export function createStateWatch(
  whole: AgentRun,
  contexts: ElementContexts,
  overload: () => void,
): StateWatch {
  const { access, mirror, document, window } = whole;
  const styleChanged = new Set<Element>();
  const touched = new Set<Element>();
  /** Custom elements without a shadow root: they may get one, and nothing tells. */
  const hosts = new Set<Element>();
  let fresh: Node[] = [];
  /** Written since the last poll: asking where they are scrolled to before the page is laid out would do that. */
  const unlaid: Element[] = [];
  let awaitsFrame = false;
  let selectors = 0;
  let started = false;
  let scheduled = false;
  let polls = 0;
  const settle = createSettle(whole, () => !started || mutations.waiting > 0);
  // Whoever writes to the state unsettles it: mutations, fields, scrolling and style sheets alike.
  const run: AgentRun = {
    ...whole,
    put(item) {
      whole.put(item);
      if (item.item === 'state') settle.changed();
    },
  };
  const beganAt = run.now();

  const boxes = createSolidBoxes(run, (element) => mutations.attributeChanged(element, 'style'));
  const styles = createStyleWatch(run, (element) => {
    styleChanged.add(element);
    schedule();
  });
  const serializer = createSerializer(run, contexts, styles, boxes);
  const trees = createTreeWriter(run, serializer, (node) => fresh.push(node));
  const forms = createFormWatch(run, contexts);
  const frames = createFramePlaces(run);
  const scrolls = createScrollWatch(run, () => frames.poll());
  const mutations = createMutationWatch(run, serializer, trees, {
    dirty: schedule,
    styleTouched: (element) => styles.touched(element),
    fieldTouched: (element) => touched.add(element),
    overload,
  });

  const preparation = styles.preparation();
  run.later(0, prepare);

  function prepare(): void {
    const enough = timeSlice(run.now, SLICE);
    const reading = access.readyState(document) === 'loading' && run.now() - beganAt < PATIENCE;
    if (reading || access.documentElement(document) === null) {
      run.later(20, prepare);
      return;
    }
    if (isTooLarge()) {
      overload();
      return;
    }
    for (;;) {
      if (preparation.next().done) break;
      if (enough()) {
        run.later(0, prepare);
        return;
      }
    }
    run.later(0, snapshot);
  }

  function snapshot(): void {
    const at = run.now();
    const { innerWidth: width, innerHeight: height } = window;
    const href = run.masker.url(window.location.href).value;
    mutations.observe(document);
    started = true;
    const node = trees.snapshot(timeSlice(run.now, FIRST_SLICE), (left) => mutations.leave(left));
    const initialOffset = { top: window.scrollY, left: window.scrollX };
    run.put({ at, item: 'state', change: { type: 4, data: { href, width, height } } });
    run.put({ at, item: 'state', change: { type: 2, data: { node, initialOffset } } });
    styles.root(document);
    afterWriting();
    pollScrolls();
    schedule();
  }

  /** Right after a frame the page is laid out, and asking costs nothing. */
  function afterFrame(): void {
    if (unlaid.length === 0 || awaitsFrame) return;
    awaitsFrame = true;
    window.requestAnimationFrame(() => {
      run.later(0, () => {
        awaitsFrame = false;
        pollScrolls();
      });
    });
  }

  function pollScrolls(): void {
    const enough = timeSlice(run.now, SLICE);
    while (unlaid.length > 0 && !enough()) scrolls.written(unlaid.pop() as Element);
  }

  function isTooLarge(): boolean {
    return access.elementsByTag(document, '*').length > ELEMENT_LIMIT;
  }

  function schedule(): void {
    if (scheduled || !started) return;
    scheduled = true;
    run.later(COALESCE * run.patience(), slice);
  }

  function slice(): void {
    scheduled = false;
    if (flush(SLICE)) return;
    scheduled = true;
    run.later(4, slice);
  }

  function flush(milliseconds: number, at = run.now()): boolean {
    if (!started) return true;
    contexts.forget();
    const done = mutations.flush(milliseconds, at);
    // Only now are the nodes that came with the mutation in the state.
    for (const field of touched) forms.touched(field);
    touched.clear();
    writeStyles();
    afterWriting();
    return done;
  }

  function writeStyles(): void {
    for (const element of styleChanged) {
      styleChanged.delete(element);
      if (!mirror.has(element)) continue;
      const attributes = { _cssText: styles.text(element) };
      const changed = [{ id: mirror.id(element), attributes }];
      const data: MutationData = {
        source: SOURCE_MUTATION,
        texts: [],
        attributes: changed,
        removes: [],
        adds: [],
      };
      run.put({ at: run.now(), item: 'state', change: { type: 3, data } });
    }
  }

  /** What has to be known of nodes once they are in the state. */
  function afterWriting(): void {
    const nodes = fresh;
    fresh = [];
    for (const node of nodes) {
      if (access.nodeType(node) !== ELEMENT) continue;
      const element = node as Element;
      unlaid.push(element);
      forms.written(element);
      frames.written(element);
      const root = access.shadowRoot(element);
      if (root) {
        mutations.observe(root);
        styles.root(root);
      } else if (hosts.size < HOSTS_LIMIT && access.localName(element).includes('-')) {
        hosts.add(element);
        boxes.mayBeUnseen(element);
      }
    }
    selectorsGrew();
  }

  /** A style sheet selects by an attribute that was left out so far. */
  function selectorsGrew(): void {
    const { selectedAttributes } = run.masker;
    if (selectedAttributes.size === selectors) return;
    const names = [...selectedAttributes].slice(selectors);
    selectors = selectedAttributes.size;
    for (const name of names) {
      for (const element of access.select(document, `[${window.CSS.escape(name)}]`)) {
        mutations.attributeChanged(element, name);
      }
    }
  }

  function pollHosts(): void {
    for (const host of hosts) {
      if (!access.connected(host)) hosts.delete(host);
      else if (access.shadowRoot(host)) {
        hosts.delete(host);
        mutations.rewrite(host);
      }
    }
  }

  return {
    forms,
    beforeInput(at) {
      // The input is handled after it happened; what was there before it is written as before it.
      flush(SLICE, at - 0.01);
    },
    poll() {
      if (!started || access.visibility(document) === 'hidden') return;
      if (++polls % COUNT_EVERY === 0 && isTooLarge()) {
        overload();
        return;
      }
      styles.poll();
      afterFrame();
      pollHosts();
      forms.poll();
      frames.poll();
      if (styleChanged.size > 0) schedule();
    },
  };
}
