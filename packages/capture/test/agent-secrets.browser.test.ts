import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentWorld, bundle, launch, servePages, withAgent } from './agent-browser.ts';

// Made-up words, one for each place where a page can hold what somebody wrote. None is in a dictionary.
const PLACES = {
  text: 'zorbalin',
  heading: 'quixmore',
  button: 'fandrelop',
  title: 'wexholm',
  titleAttribute: 'brundlefit',
  alt: 'mavericol',
  ariaLabel: 'tespidor',
  placeholder: 'gralvin',
  dataAttribute: 'hopzimer',
  dataSelected: 'jindelac',
  unknownAttribute: 'kelvander',
  id: 'lombrask',
  className: 'nuvotrel',
  customTag: 'obrixan',
  nameAttribute: 'pelqorin',
  href: 'rastivel',
  query: 'sulvatin',
  srcdoc: 'tromblev',
  imageSource: 'ulvexar',
  metaContent: 'vormidel',
  inputValue: 'wistorum',
  hiddenValue: 'xanthelo',
  submitValue: 'yarvolin',
  checkboxValue: 'zephqual',
  radioValue: 'arbolesk',
  passwordValue: 'bolvexin',
  textareaValue: 'crendoval',
  optionText: 'drimlopat',
  optionValue: 'elvorach',
  editable: 'fruxalin',
  styleVariable: 'gembolar',
  styleVariableString: 'hulvadim',
  styleUrl: 'ixomberg',
  cssContent: 'jolverat',
  cssComment: 'kwandelic',
  cssSelector: 'lurvaxen',
  cssAttributeSelector: 'mylorten',
  insertedRule: 'nexobrid',
  adoptedRule: 'ovilander',
  shadowText: 'prolvexa',
  closedShadowText: 'quandelor',
  svgText: 'rilvobex',
  svgTitle: 'sorvalin',
  svgDesc: 'tulvirom',
  svgForeign: 'umbrexol',
  svgHref: 'vlandorim',
  pathData: 'wolvexar',
  comment: 'xelvorin',
  script: 'ydromalin',
  template: 'zulvexom',
  noscript: 'ambrolith',
  changedText: 'belvoxar',
  changedAttribute: 'cindrovel',
  addedLater: 'dolvarex',
  typed: 'emvoltar',
  setByScript: 'folvindra',
  path: 'gravonel',
  pushed: 'hylvexor',
  hash: 'ilvandrom',
  roleValue: 'jexovila',
  langValue: 'kolvinde',
  tableCell: 'lexovand',
  listText: 'molvexir',
  summary: 'nolvandir',
  frameText: 'olvexarin',
  mathText: 'pulvandex',
  fontName: 'qelvorax',
  gridArea: 'relvandox',
  animation: 'silvexor',
  mediaName: 'telvandor',
} as const;
/** These are never in what an agent reads, masked or not. */
const NEVER_READ = new Set(
  'comment script template noscript cssComment closedShadowText imageSource metaContent optionValue'.split(
    ' ',
  ),
);

const P = PLACES;
const PAGE = `<!doctype html><html lang="${P.langValue}"><head><title>${P.title}</title>
<meta name="description" content="${P.metaContent}">
<style>:root { --${P.styleVariable}x: 1px; --who: ${P.styleVariable}; --what: "${P.styleVariableString}" }
/* ${P.cssComment} */ .a::before { content: "${P.cssContent}" } .b { background: url(/${P.styleUrl}.png) }
.${P.cssSelector} { color: red } [data-kind="${P.cssAttributeSelector}"] { color: blue } [data-sel] { margin: 0 }
.c { font-family: "${P.fontName}", serif; grid-template-areas: "${P.gridArea}"; animation: ${P.animation} 1s }
@keyframes ${P.animation} { from { top: 0 } } @container ${P.mediaName} (min-width: 1px) { a { color: red } }
</style></head><body>
<!-- ${P.comment} --><script>var x = '${P.script}'</script><template><p>${P.template}</p></template>
<noscript>${P.noscript}</noscript>
<p>${P.text}</p><h1>${P.heading}</h1><button>${P.button}</button><a title="${P.titleAttribute}">x</a>
<img alt="${P.alt}" src="/${P.imageSource}.png"><div aria-label="${P.ariaLabel}">x</div><input placeholder="${P.placeholder}">
<div data-note="${P.dataAttribute}" data-sel="${P.dataSelected}" unknown="${P.unknownAttribute}" id="${P.id}" class="${P.className}">x</div>
<x-${P.customTag}>x</x-${P.customTag}><input name="${P.nameAttribute}"><a href="/${P.href}/a?${P.query}=1">x</a>
<iframe srcdoc="<p>${P.srcdoc}</p>"></iframe><iframe src="/frame"></iframe>
<form><input value="${P.inputValue}"><input type="hidden" value="${P.hiddenValue}"><input type="submit" value="${P.submitValue}">
<input type="checkbox" value="${P.checkboxValue}"><input type="radio" value="${P.radioValue}">
<input type="password" value="${P.passwordValue}"><textarea>${P.textareaValue}</textarea>
<select><option value="${P.optionValue}">${P.optionText}</option></select><input id="typed"><input id="script"></form>
<div contenteditable>${P.editable}</div><div role="${P.roleValue}">x</div>
<div id="shadow"></div><div id="closed"></div><div id="changed">x</div><div id="later"></div>
<svg><title>${P.svgTitle}</title><desc>${P.svgDesc}</desc><text>${P.svgText}</text><path d="M0 0 ${P.pathData}"/>
<use href="#${P.svgHref}"/><foreignObject><p>${P.svgForeign}</p></foreignObject></svg>
<table><tr><td>${P.tableCell}</td></tr></table><ul><li>${P.listText}</li></ul><details><summary>${P.summary}</summary></details>
<math><mi>${P.mathText}</mi></math>
<script>
document.getElementById('shadow').attachShadow({ mode: 'open' }).innerHTML = '<p>${P.shadowText}</p>';
document.getElementById('closed').attachShadow({ mode: 'closed' }).innerHTML = '<p>${P.closedShadowText}</p>';
document.querySelector('style').sheet.insertRule('.${P.insertedRule} { color: red }');
const sheet = new CSSStyleSheet(); sheet.replaceSync('.${P.adoptedRule} { color: red }'); document.adoptedStyleSheets = [sheet];
</script></body></html>`;

let browser: Browser;
let code: string;
let site: Awaited<ReturnType<typeof servePages>>;
beforeAll(async () => {
  [browser, code, site] = await Promise.all([
    launch(),
    bundle('agent-entry.ts'),
    servePages({ [`/${P.path}`]: PAGE, '/frame': `<!doctype html><p>${P.frameText}</p>` }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await site.close();
});

/** All that any agent of the page said while everything in it was used, as text. */
async function said(bare: boolean): Promise<string> {
  const page = await browser.newPage();
  const { worlds, top } = await withAgent(page, code, { bare });
  await page.goto(`${site.origin}/${P.path}`);
  const world = await top();
  const all: AgentWorld[] = [];
  for (const each of worlds) {
    await each.start({ firstNodeId: 1 + all.length * 10_000 }).then(
      () => all.push(each),
      () => undefined,
    );
  }
  await world.settled();
  await page.evaluate((p) => {
    const changed = document.getElementById('changed') as HTMLElement;
    changed.textContent = p.changedText;
    changed.setAttribute('title', p.changedAttribute);
    (document.getElementById('later') as HTMLElement).innerHTML = `<p>${p.addedLater}</p>`;
    (document.getElementById('script') as HTMLInputElement).value = p.setByScript;
    history.pushState({}, '', `/${p.pushed}`);
    location.hash = p.hash;
  }, PLACES);
  await page.click('#typed');
  await page.keyboard.type(P.typed);
  await page.keyboard.press('Tab');
  await page.waitForTimeout(900);
  await world.send({ type: 'stop' });
  await page.waitForTimeout(100);
  await page.close();
  return JSON.stringify(all.map((each) => each.messages)).toLowerCase();
}

const found = (text: string) =>
  Object.entries(PLACES)
    .filter(([, secret]) => text.includes(secret))
    .map(([place]) => place);

test('[MASK1] nothing that somebody wrote is in any message', async () => {
  const text = await said(false);
  expect(text.length).toBeGreaterThan(5_000);
  expect(found(text)).toEqual([]);
});

test('[MASK1] seeded hole: without a masker the same scan finds every secret', async () => {
  const missed = Object.keys(PLACES).filter((place) => !NEVER_READ.has(place));
  const all = found(await said(true));
  expect(missed.filter((place) => !all.includes(place))).toEqual([]);
});
