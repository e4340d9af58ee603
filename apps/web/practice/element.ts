type Child = Node | string;

/** A small element maker for the practice pages; they stand for somebody else's application. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function mainElement(): HTMLElement {
  const main = document.querySelector('main');
  if (!main) throw new Error('the practice page has no main element');
  return main;
}
