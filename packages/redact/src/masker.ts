/**
 * What may stay and what is put in its place (T8, T9; spec/masking.md). Pure and synchronous: it runs in
 * the page's process while recording. Every change names the rule that made it, for review and counts.
 */
export interface Masker {
  text(text: string, context: TextContext): Masked<string>;
  /** Null: the attribute is dropped. */
  attribute(name: string, value: string, context: ElementContext): Masked<string | null>;
  /** The value of a form field, or of contenteditable content. */
  value(value: string, context: ElementContext): Masked<string>;
  url(url: string): Masked<string>;
  /** A style sheet's or a style attribute's text. */
  css(text: string): Masked<string>;
}

export type Masked<T> = {
  value: T;
  /** Undefined: it stayed as it was, for this reason or because it is structure. */
  rule: MaskRule | undefined;
};

/** `text.not-shipped`, `value.closed`, `attribute.content`: listed with reasons in rules.ts. */
export type MaskRule = string;

export type ElementContext = {
  tag: string;
  role: string | null;
  /** Type of an input, lower case; empty otherwise. */
  inputType: string;
  editable: boolean;
  /** Set by a per-origin rule of the agreement for this element or an ancestor; the nearest wins. */
  agreed: 'open' | 'closed' | null;
};
export type TextContext = ElementContext & { place: 'node' | 'pseudo' | 'option' | 'title' | 'svg' };
