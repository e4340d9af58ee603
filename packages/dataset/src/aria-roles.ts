/** What a role may be (WAI-ARIA 1.2), and ours for text that no element with a role holds. Whatever else a page calls one is none. */
const ROLES: ReadonlySet<string> = new Set(
  (
    'alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox ' +
    'complementary contentinfo definition deletion dialog directory document emphasis feed figure form grid gridcell group ' +
    'heading img insertion link list listbox listitem log main marquee math menu menubar menuitem menuitemcheckbox ' +
    'menuitemradio meter navigation note option paragraph progressbar radio radiogroup region row rowgroup rowheader ' +
    'scrollbar search searchbox separator slider spinbutton status strong subscript superscript switch tab table tablist ' +
    'tabpanel term text textbox time timer toolbar tooltip tree treegrid treeitem'
  ).split(' '),
);

/** A role is a word of the page: only known ones are shown. */
export function knownRole(role: string): string {
  return ROLES.has(role) ? role : 'generic';
}
