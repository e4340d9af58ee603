/**
 * Interface states (spec/recording.md, REC50-REC69): the masked DOM as rrweb events, so that rrweb's players
 * replay them. The numbers are rrweb's own; only the subset below is legal in a recording.
 *
 * Node ids are unique in a surface for as long as the surface lives and are never reused: an id is the
 * stable identity of an element. Frames within a tab draw from the same ids.
 */
export type StateItem = {
  /** Ticks since the recording began; takes the place of rrweb's `timestamp`. */
  t: number;
  surface: number;
  event: StateChange;
};

export const RRWEB_FULL_SNAPSHOT = 2;
export const RRWEB_INCREMENTAL = 3;
export const RRWEB_META = 4;

export const SOURCE_MUTATION = 0;
export const SOURCE_SCROLL = 3;
export const SOURCE_VIEWPORT_RESIZE = 4;
export const SOURCE_INPUT = 5;
export const SOURCE_STYLE_SHEET_RULE = 8;
export const SOURCE_STYLE_DECLARATION = 13;
export const SOURCE_ADOPTED_STYLE_SHEET = 15;

export type StateChange =
  | { type: typeof RRWEB_META; data: { href: string; width: number; height: number } }
  | {
      type: typeof RRWEB_FULL_SNAPSHOT;
      data: { node: SerializedNode; initialOffset: { top: number; left: number } };
    }
  | { type: typeof RRWEB_INCREMENTAL; data: IncrementalData };

export type IncrementalData =
  | MutationData
  | { source: typeof SOURCE_SCROLL; id: number; x: number; y: number }
  | { source: typeof SOURCE_VIEWPORT_RESIZE; width: number; height: number }
  | { source: typeof SOURCE_INPUT; id: number; text: string; isChecked: boolean }
  | {
      source: typeof SOURCE_STYLE_SHEET_RULE;
      id?: number;
      styleId?: number;
      adds?: { rule: string; index?: number | number[] }[];
      removes?: { index: number | number[] }[];
      replace?: string;
      replaceSync?: string;
    }
  | {
      source: typeof SOURCE_STYLE_DECLARATION;
      id?: number;
      styleId?: number;
      index: number[];
      set?: { property: string; value: string | null; priority: string | undefined };
      remove?: { property: string };
    }
  | {
      source: typeof SOURCE_ADOPTED_STYLE_SHEET;
      id: number;
      styleIds: number[];
      styles?: { styleId: number; rules: { rule: string; index?: number }[] }[];
    };

export type MutationData = {
  source: typeof SOURCE_MUTATION;
  texts: { id: number; value: string | null }[];
  attributes: { id: number; attributes: Record<string, string | null | StyleDelta> }[];
  removes: { parentId: number; id: number; isShadow?: boolean }[];
  adds: { parentId: number; nextId: number | null; node: SerializedNode }[];
  /** The added node is the document of a frame whose element is the parent. */
  isAttachIframe?: true;
};

export type StyleDelta = Record<string, string | [string, string] | false>;

/** rrweb's NodeType: 0 document, 1 doctype, 2 element, 3 text, 4 CDATA (illegal here), 5 comment (dropped). */
export type SerializedNode =
  | { type: 0; id: number; rootId?: number; compatMode?: string; childNodes: SerializedNode[] }
  | { type: 1; id: number; rootId?: number; name: string; publicId: string; systemId: string }
  | {
      type: 2;
      id: number;
      rootId?: number;
      tagName: string;
      attributes: Record<string, string | number | true | null>;
      childNodes: SerializedNode[];
      isSVG?: true;
      isShadowHost?: boolean;
      isShadow?: boolean;
    }
  | {
      type: 3;
      id: number;
      rootId?: number;
      textContent: string;
      isStyle?: true;
      isShadow?: boolean;
    };

/**
 * The interface tree at an instant, derived from a rendered state; what datasets and `show` give.
 * `box` is in CSS pixels of the surface's viewport.
 */
export type InterfaceNode = {
  id: number;
  role: string;
  name: string;
  /** Present only where the value is open. */
  value?: string;
  states: InterfaceStateFlag[];
  box: { x: number; y: number; width: number; height: number };
  children: InterfaceNode[];
};
export type InterfaceStateFlag =
  | 'focused'
  | 'checked'
  | 'mixed'
  | 'selected'
  | 'expanded'
  | 'collapsed'
  | 'disabled'
  | 'required'
  | 'invalid'
  | 'readonly'
  | 'editable'
  | 'hidden'
  | 'masked'
  | 'pressed';
