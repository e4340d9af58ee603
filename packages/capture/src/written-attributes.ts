/** Of one element, under its masks; null: there is none any more. */
export type Attributes = {
  [name: string]: string | true | null | undefined;
  style?: string | null;
  src?: string;
  fill?: string;
  rel?: string;
  value?: string;
  checked?: true;
  selected?: true;
  _cssText?: string;
  rr_open_mode?: string;
};

/**
 * What the state says of each element's attributes, so that a page that sets again what is set already costs
 * nothing (AGT18). Held weakly: what the page drops is gone here too.
 */
export type WrittenAttributes = {
  /** The element was written with these. */
  whole(element: Element, attributes: Attributes): void;
  /** Of `attributes` those that the state does not say yet; from now on it says them. */
  news(element: Element, attributes: Attributes): Attributes;
};

export function createWrittenAttributes(): WrittenAttributes {
  const written = new WeakMap<Element, Attributes>();

  return {
    whole(element, attributes) {
      written.set(element, { ...attributes });
    },
    news(element, attributes) {
      const said = written.get(element) ?? {};
      const fresh: Attributes = {};
      for (const [name, value] of Object.entries(attributes)) {
        if ((said[name] ?? null) === value) continue;
        fresh[name] = value;
        said[name] = value;
      }
      written.set(element, said);
      return fresh;
    },
  };
}
