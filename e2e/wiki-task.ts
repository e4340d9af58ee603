import type { Page } from 'playwright-core';
import type { Hand } from './hand.ts';
import type { Note } from './real-application.ts';
import type { Secret } from './secret-scan.ts';

/**
 * The task of the story in TiddlyWiki, and everything private that stands in the wiki while it is done.
 * Each secret is made up, rare, and in a place of its own kind.
 */
const planted = (place: string, text: string): Secret => ({ place, text });

export const SECRETS = {
  paragraph: planted('text of a page', 'Quokka Lantern 5521'),
  heading: planted('heading of a page', 'Bramble Verdict Ninety'),
  noteTitle: planted('title of a note, in links, attributes and addresses', 'Ocelot Payroll Draft'),
  pageTitle: planted('title of the window', 'Heron Merger Room'),
  titleAttribute: planted('title attribute', 'Walrus Allergy List'),
  altAttribute: planted('alt attribute', 'Puffin Passport Scan'),
  dataAttribute: planted('data attribute', 'Gannet Ward Seven'),
  ariaLabel: planted('aria-label', 'Lynx Custody Hearing'),
  className: planted('name of a class', 'marmot-dismissal-list'),
  elementId: planted('id of an element', 'ibex-salary-table'),
  linkAddress: planted('address of a link', 'stoat-severance-offer'),
  query: planted('query of a link', 'vole-diagnosis-code'),
  imageAddress: planted('address of a picture', 'tapir-union-card'),
  fieldValue: planted('value of a field that the page brings', 'Dingo Pension Balance'),
  placeholder: planted('placeholder', 'Egret Witness Name'),
  option: planted('option of a list', 'Mole Shortlist Three'),
  hiddenValue: planted('value of a hidden field', 'Newt Session Secret'),
  svgText: planted('text in a drawing', 'Osprey Site Plan'),
  pseudo: planted('text from a style sheet', 'Raven Internal Memo'),
  styleVariable: planted('variable of a style', 'sable-project-code'),
  styleUrl: planted('address in a style', 'turnip-board-minutes'),
  comment: planted('comment in the markup', 'Ferret Review Remark'),
  tableCell: planted('cell of a table', 'Badger IBAN Holder'),
  tag: planted('tag of a note', 'WolverineStrike'),
  frameText: planted('text in a frame', 'Kestrel Exit Interview'),
  typed: planted('text that is typed into the editor’s frame', 'Pangolin Complaint Against Management'),
  typedTitle: planted('text that is typed into a field', 'Axolotl Sick Leave'),
  typedSearch: planted('text that is typed into a search field', 'Numbat Grievance'),
} satisfies Record<string, Secret>;

/** Secrets of places that are not even read, so that a recording without any mask has not got them either. */
export const NEVER_TAKEN: Partial<Record<keyof typeof SECRETS, string>> = {
  comment: 'a style sheet is read as its rules, which have no comments',
  imageAddress: 'a state holds no address that whoever looks at it would fetch',
};

const S = Object.fromEntries(Object.entries(SECRETS).map(([name, { text }]) => [name, text])) as Record<
  keyof typeof SECRETS,
  string
>;

export const CARD_TEXT = {
  title: 'Meeting room rules',
  text: 'Leave the room as you found it.',
  tag: 'office',
};

export const NOTES: readonly Note[] = [
  { title: '$:/SiteTitle', text: S.pageTitle },
  { title: '$:/DefaultTiddlers', text: '[[Start here]]' },
  {
    title: 'Start here',
    tags: S.tag,
    text: `! ${S.heading}

${S.paragraph}. See [[${S.noteTitle}]] and <a href="/Second%20page">the second page</a>.

<span title="${S.titleAttribute}" data-note="${S.dataAttribute}" class="${S.className}" id="${S.elementId}">Hover here</span>
<img alt="${S.altAttribute}" src="/files/${S.imageAddress}.png" width="40" height="40">
<a href="/${S.linkAddress}?q=${S.query}" aria-label="${S.ariaLabel}">A link</a>
<input type="text" value="${S.fieldValue}" placeholder="${S.placeholder}">
<input type="hidden" value="${S.hiddenValue}">
<select><option>One</option><option>${S.option}</option></select>
<svg width="200" height="30"><text x="2" y="20">${S.svgText}</text></svg>
<p class="remark" style="--code: '${S.styleVariable}'">A remark</p>
<iframe srcdoc="<p>${S.frameText}</p>" width="300" height="60"></iframe>

|!Name |!Sum |
|${S.tableCell} |12 |
`,
  },
  {
    title: 'Own style',
    tags: '$:/tags/Stylesheet',
    text: `.remark::after { content: " ${S.pseudo}"; background-image: url("/files/${S.styleUrl}.png"); }\n/* ${S.comment} */`,
  },
  { title: S.noteTitle, text: `Nothing here. <a href="/">Back</a>` },
  {
    title: 'Second page',
    text: `${S.paragraph} again.\n\n<a href="/Third%20page">To the third page</a>\n\n${'* a line\n'.repeat(60)}`,
  },
  { title: 'Third page', text: `Done. <a href="/">Back to the wiki</a>\n\n${'* a line\n'.repeat(60)}` },
];

/** At least forty actions over three pages, with a frame, native lists and drags. Gives how many were done. */
export async function doTask(page: Page, hand: Hand, origin: string): Promise<number> {
  const button = (title: string) => page.getByTitle(title, { exact: true }).first();
  const editor = () => page.frameLocator('.tc-tiddler-edit-frame iframe').locator('textarea').first();
  const tab = (name: string) => page.locator('.tc-tab-buttons button', { hasText: name }).first();

  // The note of the card: all of its words may stay.
  await hand.click(button('Create a new tiddler'));
  await hand.click(page.locator('input.tc-titlebar').first());
  await hand.press('Control+a');
  await hand.type(CARD_TEXT.title);
  await hand.click(editor());
  await hand.press('Control+a');
  await hand.type(CARD_TEXT.text);
  await hand.click(page.locator('.tc-edit-tags input').first());
  await hand.type(CARD_TEXT.tag);
  await hand.press('Enter');
  await hand.click(button('Confirm changes to this tiddler'));

  // A note of her own: none of it may stay.
  await hand.click(button('Create a new tiddler'));
  await hand.click(page.locator('input.tc-titlebar').first());
  await hand.press('Control+a');
  await hand.type(S.typedTitle);
  await hand.click(editor());
  await hand.press('Control+a');
  await hand.type(S.typed);
  await hand.press('Backspace');
  await hand.click(button('Confirm changes to this tiddler'));

  // Looking around: tabs, search, scrolling, native lists, dragging.
  for (const name of ['Recent', 'Tools', 'More', 'Open']) await hand.click(tab(name));
  await hand.drag(
    page.locator('.tc-sidebar-tab-open-item').nth(1),
    page.locator('.tc-sidebar-tab-open-item').nth(0),
    { x: 0.4, y: 0.2 },
  );
  await hand.click(page.locator('.tc-search input').first());
  await hand.type(S.typedSearch);
  await hand.press('Escape');
  await hand.click(button('Open control panel'));
  await hand.click(tab('Settings'));
  const lists = page.locator('.tc-control-panel select, select').filter({ hasText: 'Recent' });
  await hand.choose(lists.first(), { arrows: 1 });
  await hand.choose(lists.nth(1), { letters: 'R' });
  await hand.scroll(500);
  await hand.scroll(-500);
  await hand.drag(
    page.locator('.tc-sidebar-tab-open-item').nth(2),
    page.locator('.tc-sidebar-tab-open-item').nth(0),
    { x: 0.4, y: 0.2 },
  );

  // Two more pages.
  await hand.click(page.getByText('the second page').first());
  await page.waitForURL(`${origin}/Second%20page`);
  await hand.rest(700);
  await hand.scroll(400);
  await hand.scroll(400);
  await hand.scroll(-800);
  await hand.click(page.getByText('To the third page'));
  await page.waitForURL(`${origin}/Third%20page`);
  await hand.rest(700);
  await hand.scroll(600);
  await hand.scroll(-600);
  await hand.doubleClick(page.getByText('Done.'));
  await hand.press('PageDown');
  await hand.press('Home');
  return hand.done;
}
