/**
 * Attributes that stay in some form, each group with its reason (MASK3). An attribute that is not here is
 * dropped, unless a style sheet selects by it: then its name and value are renamed.
 */
export type AttributeKind =
  /** One of a closed list of words. */
  | 'word'
  /** A number or a list of numbers, of at most six digits each. */
  | 'number'
  /** Names that others refer to: renamed. */
  | 'names'
  /** A declaration list. */
  | 'style'
  /** A value of CSS. */
  | 'value'
  /** Words that are shown or read out. */
  | 'text'
  /** An address. */
  | 'url'
  /** The outline of a drawing. */
  | 'outline';

type Group = { kind: AttributeKind; reason: string; names: string };

const GROUPS: readonly Group[] = [
  {
    kind: 'word',
    reason: 'decides how an element is laid out or behaves, and has one of a few values',
    names:
      'type disabled checked selected multiple readonly required hidden open inert dir align valign wrap scope ' +
      'draggable contenteditable popover reversed autofocus novalidate nowrap noshade popovertargetaction rel ' +
      'controls loading spellcheck translate writingsuggestions enterkeyhint inputmode shape',
  },
  {
    kind: 'word',
    reason: 'the state or kind of a control, as it is read out',
    names:
      'role aria-expanded aria-checked aria-selected aria-pressed aria-disabled aria-hidden aria-haspopup ' +
      'aria-current aria-invalid aria-modal aria-multiline aria-multiselectable aria-orientation aria-readonly ' +
      'aria-required aria-sort aria-busy aria-live aria-autocomplete aria-atomic',
  },
  {
    kind: 'number',
    reason: 'sizes of tables, fields and lists',
    names:
      'colspan rowspan span rows cols size width height border cellpadding cellspacing tabindex start ' +
      'aria-level aria-colcount aria-rowcount aria-colindex aria-rowindex aria-colspan aria-rowspan ' +
      'aria-posinset aria-setsize hspace vspace marginwidth marginheight',
  },
  {
    kind: 'names',
    reason: 'what style sheets and other elements refer to',
    names:
      'id class for name slot part exportparts list form headers usemap popovertarget commandfor ' +
      'aria-labelledby aria-controls aria-describedby aria-owns aria-activedescendant aria-details ' +
      'aria-flowto aria-errormessage',
  },
  { kind: 'style', reason: 'the look of one element', names: 'style' },
  {
    kind: 'value',
    reason: 'the look of one element, in the older way and in SVG',
    names:
      'bgcolor color background-color text link vlink alink face media fill fill-opacity fill-rule stroke ' +
      'stroke-width stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset stroke-miterlimit ' +
      'stroke-opacity opacity clip-path clip-rule mask filter marker-start marker-mid marker-end transform ' +
      'font-size font-family font-weight font-style text-anchor dominant-baseline alignment-baseline ' +
      'baseline-shift letter-spacing word-spacing text-decoration display visibility overflow pointer-events ' +
      'stop-color stop-opacity flood-color flood-opacity color-interpolation-filters vector-effect ' +
      'shape-rendering paint-order transform-origin cursor preserveaspectratio gradientunits ' +
      'gradienttransform patternunits patterncontentunits patterntransform clippathunits maskunits ' +
      'maskcontentunits filterunits primitiveunits spreadmethod markerunits orient lengthadjust method ' +
      'spacing in in2 result mode operator edgemode frame rules',
  },
  {
    kind: 'number',
    reason: 'where a shape of SVG is',
    names:
      'x y x1 y1 x2 y2 cx cy r rx ry dx dy fx fy fr viewbox points offset rotate textlength startoffset ' +
      'markerwidth markerheight refx refy stddeviation values k1 k2 k3 k4 order radius scale slope intercept ' +
      'amplitude exponent tablevalues pathlength',
  },
  {
    kind: 'outline',
    reason: 'the outline of an icon or a line; a long one may be handwriting and goes',
    names: 'd',
  },
  {
    kind: 'text',
    reason: 'labels that are shown or read out; they stay as text of the interface does',
    names:
      'aria-label aria-description aria-roledescription aria-placeholder aria-valuetext title placeholder alt ' +
      'label abbr',
  },
  { kind: 'url', reason: 'that something is a link', names: 'href xlink:href' },
];

const KINDS: ReadonlyMap<string, AttributeKind> = new Map(
  GROUPS.flatMap((group) => group.names.split(' ').map((name) => [name, group.kind] as const)),
);

/** Null: the attribute is closed. `name` in lower case. */
export function attributeKind(name: string): AttributeKind | null {
  return KINDS.get(name) ?? null;
}

/** Why an attribute stays, for the spec and for review. */
export function attributeReason(name: string): string | null {
  return GROUPS.find((group) => group.names.split(' ').includes(name))?.reason ?? null;
}

/** Values of `word` attributes; anything else in their place is somebody's own word. */
export const ATTRIBUTE_WORDS: ReadonlySet<string> = new Set(
  (
    'true false mixed undefined auto manual hint hidden until-found open plaintext-only inherit ltr rtl left right ' +
    'center justify top middle bottom baseline char soft hard off on row col rowgroup colgroup page step location ' +
    'date time horizontal vertical none ascending descending other polite assertive both inline list grid tree ' +
    'dialog menu listbox grammar spelling show toggle rect circle poly default ' +
    // Types of fields, buttons, lists.
    'text search tel url email password number range color checkbox radio file submit reset button image month ' +
    'week datetime-local decimal numeric enter done go next previous send stylesheet 1 a i disc square ' +
    // Boolean attributes written out.
    'disabled checked selected multiple readonly required inert reversed autofocus novalidate nowrap noshade ' +
    'controls contenteditable draggable yes no lazy eager ' +
    // Roles.
    'alert alertdialog application article banner blockquote caption cell code columnheader combobox ' +
    'complementary contentinfo definition deletion directory document emphasis feed figure form generic ' +
    'gridcell group heading img insertion link listitem log main marquee math menubar menuitem ' +
    'menuitemcheckbox menuitemradio meter navigation note option paragraph presentation progressbar ' +
    'radiogroup region rowheader scrollbar searchbox separator slider spinbutton status strong subscript ' +
    'superscript switch tab table tablist tabpanel term textbox timer toolbar tooltip treegrid treeitem'
  ).split(' '),
);
