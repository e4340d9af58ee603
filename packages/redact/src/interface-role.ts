/**
 * Is this text part of the interface or of what people put into it (MASK2)? The nearest element at or above
 * the text that says either decides; elements that say nothing (div, span, li) leave it to their parents;
 * where none does, it is content.
 */
const INTERFACE = words(
  'button link heading tab tablist menuitem menuitemcheckbox menuitemradio menu menubar toolbar navigation ' +
    'banner contentinfo search form label legend caption columnheader rowheader option switch checkbox radio ' +
    'radiogroup combobox listbox tooltip summary title term pseudo',
);
const CONTENT = words(
  'paragraph article cell gridcell row rowgroup table grid treegrid tree treeitem main region complementary ' +
    'document application figure img image log feed comment note blockquote code pre textbox searchbox ' +
    'spinbutton slider alert status timer marquee math definition dialog alertdialog time mark deletion ' +
    'insertion emphasis strong suggestion progressbar meter editable',
);

const BY_TAG: Readonly<Record<string, string>> = {
  a: 'link',
  button: 'button',
  h1: 'heading',
  h2: 'heading',
  h3: 'heading',
  h4: 'heading',
  h5: 'heading',
  h6: 'heading',
  nav: 'navigation',
  header: 'banner',
  footer: 'contentinfo',
  search: 'search',
  form: 'form',
  label: 'label',
  legend: 'legend',
  caption: 'caption',
  th: 'columnheader',
  option: 'option',
  optgroup: 'option',
  select: 'listbox',
  summary: 'summary',
  menu: 'menu',
  title: 'title',
  dt: 'term',
  p: 'paragraph',
  article: 'article',
  td: 'cell',
  table: 'table',
  main: 'main',
  section: 'region',
  aside: 'complementary',
  figure: 'figure',
  figcaption: 'figure',
  blockquote: 'blockquote',
  q: 'blockquote',
  code: 'code',
  pre: 'pre',
  samp: 'code',
  output: 'status',
  dd: 'definition',
  dialog: 'dialog',
  time: 'time',
  address: 'note',
  del: 'deletion',
  ins: 'insertion',
  textarea: 'textbox',
  body: 'document',
};

const BY_INPUT: Readonly<Record<string, string>> = {
  submit: 'button',
  button: 'button',
  reset: 'button',
  image: 'button',
  checkbox: 'checkbox',
  radio: 'radio',
};

/** Controls whose parts have no roles of their own (WAI-ARIA: children presentational): a paragraph there is a label. */
const WHOLE = words('button option tab switch checkbox radio menuitemcheckbox menuitemradio');

/** The role that decides for this element and what is below it; null leaves it to the parent, whose own is `above`. */
export function decidingRole(
  tag: string,
  explicit: string | null,
  inputType: string,
  above: string | null = null,
): string | null {
  for (const role of explicit?.toLowerCase().trim().split(/\s+/, 4) ?? []) {
    if (INTERFACE.has(role) || CONTENT.has(role)) return role;
  }
  if (tag === 'input') return BY_INPUT[inputType] ?? 'textbox';
  if (tag === 'p' && above !== null && WHOLE.has(above)) return null;
  return Object.hasOwn(BY_TAG, tag) ? (BY_TAG[tag] as string) : null;
}

export function isInterfaceRole(role: string | null): boolean {
  return role !== null && INTERFACE.has(role);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
