import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Secret } from './secret-scan.ts';

/**
 * A page with a secret of its own in every place of a document that can hold one: elements, attributes, style sheets,
 * drawings, shadow roots, frames, fields, what scripts set later. Each is made up and rare, and stands in one place.
 */
export type TrapPage = { secrets: readonly Secret[]; origin: string; stop(): Promise<void> };

/** Places that are not even read, so that a recording without any mask has not got them either; each with the reason. */
export const NEVER_READ: Readonly<Record<string, string>> = {
  'action of <form>': 'of addresses only those of links are read',
  'formaction of <button>': 'of addresses only those of links are read',
  'ping of <a>': 'of addresses only those of links are read',
  'address of a picture': 'a state holds no address that whoever looks at it would fetch',
  'addresses of a picture': 'a state holds no address that whoever looks at it would fetch',
  'picture in the address': 'a state holds no address that whoever looks at it would fetch',
  'poster of a film': 'a film is a box',
  'label of <track>': 'a film is a box',
  'text in an object': 'a plug-in is a box',
  'link that runs': 'what would run is not read',
  'onclick of <p>': 'what would run is not read',
  'list of proposals': 'values of options are not read, their texts are',
  'value of an option': 'values of options are not read, their texts are',
};

const CONSONANTS = 'bdfgklmnprtvz';
const VOWELS = 'aeiou';

/** A word of twelve letters that stands nowhere else; the same number, the same word. */
export function trapWord(index: number): string {
  let state = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  let word = '';
  for (let i = 0; i < 6; i++) {
    state = (Math.imul(state ^ (state >>> 15), 0x85ebca6b) + index) >>> 0;
    word += (CONSONANTS[state % 13] as string) + VOWELS[(state >>> 8) % 5];
  }
  return `${word}q`;
}

const TEXT_TAGS =
  'p h1 h2 h3 h4 h5 h6 div span a b i u s em strong small mark del ins sub sup code pre samp kbd var cite dfn abbr q time address ' +
  'blockquote article section aside header footer nav main button label summary output data bdi bdo figure output search menu font center tt';

/** Attributes by the element that bears them; the value is the secret alone. */
const ATTRIBUTES: readonly (readonly [string, string])[] = [
  [
    'p',
    'title id class name data-note aria-label aria-description aria-roledescription aria-details lang itemprop itemid itemtype part slot nonce accesskey translate x-note onclick',
  ],
  ['button', 'title aria-label aria-valuetext value name form formaction data-id'],
  ['a', 'title download hreflang rel target ping aria-label name'],
  ['input', 'placeholder aria-placeholder name list pattern autocomplete title aria-label data-value'],
  ['textarea', 'placeholder name aria-label'],
  ['img', 'alt title longdesc usemap aria-label'],
  ['td', 'headers abbr axis title'],
  ['form', 'action name target accept-charset'],
  ['table', 'summary title'],
  ['blockquote', 'cite'],
  ['time', 'datetime'],
  ['meter', 'title aria-valuetext'],
  ['optgroup', 'label'],
  ['track', 'label'],
];

type Placed = (place: string, make: (secret: string) => string) => string;

function markup(plant: Placed): { head: string; body: string; script: string } {
  const texts = TEXT_TAGS.split(' ').map((tag) => plant(`text of <${tag}>`, (s) => `<${tag}>${s}</${tag}>`));
  const attributes = ATTRIBUTES.flatMap(([tag, names]) =>
    names.split(' ').map((name) =>
      plant(`${name} of <${tag}>`, (s) => {
        const own = `<${tag} ${name}="${s}">`;
        if (tag === 'td') return `<table><tr>${own}x</td></tr></table>`;
        if (tag === 'optgroup') return `<select>${own}<option>x</option></optgroup></select>`;
        if (tag === 'track') return `<video width="9" height="9">${own}</video>`;
        return ['img', 'input'].includes(tag) ? own : `${own}x</${tag}>`;
      }),
    ),
  );
  const inputs = 'text search url tel email password hidden submit button reset'
    .split(' ')
    .map((type) => plant(`value of a field of type ${type}`, (s) => `<input type="${type}" value="${s}">`));
  const placed: readonly (readonly [string, (s: string) => string])[] = [
    ['value of a radio button', (s) => `<input type="radio" value="${s}">`],
    ['value of a box', (s) => `<input type="checkbox" checked value="${s}">`],
    ['path of a link', (s) => `<a href="/people/${s}/x">x</a>`],
    ['query of a link', (s) => `<a href="/x?who=${s}">x</a>`],
    ['key of a query', (s) => `<a href="/x?${s}=1">x</a>`],
    ['fragment of a link', (s) => `<a href="#${s}">x</a>`],
    ['host of a link', (s) => `<a href="http://${s}.example/">x</a>`],
    ['address to mail', (s) => `<a href="mailto:${s}@mail.example">x</a>`],
    ['link that runs', (s) => `<a href="javascript:void('${s}')">x</a>`],
    ['picture in the address', (s) => `<img alt="" src="data:text/plain,${s}">`],
    ['address of a picture', (s) => `<img alt="" src="/files/${s}.png">`],
    ['addresses of a picture', (s) => `<img alt="" srcset="/files/${s}.png 2x">`],
    ['poster of a film', (s) => `<video poster="/files/${s}.png" width="9" height="9"></video>`],
    ['object', (s) => `<object data="/files/${s}.txt" width="9" height="9"></object>`],
    ['text in an object', (s) => `<object width="9" height="9">${s}</object>`],
    ['cell of a table', (s) => `<table><tr><td>${s}</td></tr></table>`],
    ['head of a column', (s) => `<table><tr><th>${s}</th></tr></table>`],
    ['caption of a table', (s) => `<table><caption>${s}</caption></table>`],
    ['item of a list', (s) => `<ul><li>${s}</li></ul>`],
    ['term', (s) => `<dl><dt>${s}</dt></dl>`],
    ['definition', (s) => `<dl><dd>${s}</dd></dl>`],
    ['legend', (s) => `<fieldset><legend>${s}</legend></fieldset>`],
    ['option', (s) => `<select><option>${s}</option></select>`],
    ['value of an option', (s) => `<select><option value="${s}">x</option></select>`],
    ['label of an option', (s) => `<select><option label="${s}"></option></select>`],
    ['list of proposals', (s) => `<datalist><option value="${s}"></option></datalist>`],
    ['text of a text area', (s) => `<textarea>${s}</textarea>`],
    ['editable text', (s) => `<div contenteditable>${s}</div>`],
    ['text box by its role', (s) => `<div role="textbox" tabindex="0">${s}</div>`],
    ['heading by its role', (s) => `<div role="heading" aria-level="2">${s}</div>`],
    ['tab by its role', (s) => `<div role="tab">${s}</div>`],
    ['tree item', (s) => `<div role="treeitem">${s}</div>`],
    ['tooltip', (s) => `<div role="tooltip">${s}</div>`],
    ['alert', (s) => `<div role="alert">${s}</div>`],
    ['closed details', (s) => `<details><summary>x</summary>${s}</details>`],
    ['dialog that is open', (s) => `<dialog open>${s}</dialog>`],
    ['popover', (s) => `<div popover>${s}</div>`],
    ['caption of a figure', (s) => `<figure><figcaption>${s}</figcaption></figure>`],
    ['ruby', (s) => `<ruby>x<rt>${s}</rt></ruby>`],
    ['hidden text', (s) => `<p hidden>${s}</p>`],
    ['text outside of the window', (s) => `<p style="position:absolute;left:-9999px">${s}</p>`],
    ['text as clear as the ground', (s) => `<p style="opacity:0">${s}</p>`],
    ['text far below', (s) => `<div style="height:3000px"></div><p>${s}</p>`],
    ['enlarged text', (s) => `<p style="zoom:2.5">${s}</p>`],
    ['text that moves', (s) => `<p class="moving">${s}</p>`],
    ['name of an element', (s) => `<x-${s}>x</x-${s}>`],
    ['name of an attribute', (s) => `<p data-${s}="1">x</p>`],
    ['one of many classes', (s) => `<p class="note ${s} wide">x</p>`],
    ['variable of a style', (s) => `<p style="--note:'${s}'">x</p>`],
    ['name of a variable', (s) => `<p style="--${s}:1px">x</p>`],
    ['address in a style', (s) => `<p style="background:url(/files/${s}.png)">x</p>`],
    ['font in a style', (s) => `<p style="font-family:'${s}', serif">x</p>`],
    ['text in a drawing', (s) => `<svg width="90" height="20"><text y="15">${s}</text></svg>`],
    [
      'part of text in a drawing',
      (s) => `<svg width="90" height="20"><text y="15">x<tspan>${s}</tspan></text></svg>`,
    ],
    ['title of a drawing', (s) => `<svg width="9" height="9"><title>${s}</title></svg>`],
    ['description of a drawing', (s) => `<svg width="9" height="9"><desc>${s}</desc></svg>`],
    [
      'foreign text in a drawing',
      (s) =>
        `<svg width="90" height="20"><foreignObject width="90" height="20"><p>${s}</p></foreignObject></svg>`,
    ],
    ['link in a drawing', (s) => `<svg width="9" height="9"><a href="/x/${s}"><path d="M0 0h9"/></a></svg>`],
    ['name in a drawing', (s) => `<svg width="9" height="9"><g id="${s}"/></svg>`],
    ['class in a drawing', (s) => `<svg width="9" height="9"><g class="${s}"/></svg>`],
    ['label of a drawing', (s) => `<svg width="9" height="9" aria-label="${s}"></svg>`],
    ['text of a formula', (s) => `<math><mtext>${s}</mtext></math>`],
    ['letter of a formula', (s) => `<math><mi>${s}</mi></math>`],
    ['frame with a document', (s) => `<iframe srcdoc="<p>${s}</p>" width="90" height="30"></iframe>`],
    ['name of a frame', (s) => `<iframe name="${s}" width="9" height="9"></iframe>`],
    ['title of a frame', (s) => `<iframe title="${s}" width="9" height="9"></iframe>`],
    ['shadow root in the markup', (s) => `<div><template shadowrootmode="open"><p>${s}</p></template></div>`],
    [
      'closed shadow root in the markup',
      (s) => `<div><template shadowrootmode="closed"><p>${s}</p></template></div>`,
    ],
    [
      'text over two elements',
      (s) => `<p><span>${s.slice(0, 6)}</span><span>${s.slice(6)}</span></p><p>${s}</p>`,
    ],
    ['text between marks that nobody sees', (s) => `<p>\u200b${s}\u200b</p>`],
    ['text in an entity', (s) => `<p>&#x2068;${s}&#x2069;</p>`],
  ];
  const bodies = placed.map(([place, make]) => plant(place, make));
  const styles: readonly (readonly [string, (s: string) => string])[] = [
    ['text before', (s) => `.before::before { content: '${s}' }`],
    ['text behind', (s) => `.behind::after { content: '${s}' }`],
    ['text of a marker', (s) => `.marked::marker { content: '${s}' }`],
    ['other text of a picture', (s) => `.other::before { content: url(/x.png) / '${s}' }`],
    ['quotes', (s) => `.quotes { quotes: '${s}' '>' }`],
    ['mark of a list', (s) => `.list { list-style-type: '${s}' }`],
    ['symbols of counting', (s) => `@counter-style own { system: cyclic; symbols: '${s}' }`],
    ['property of a sheet', (s) => `.property { --code: '${s}' }`],
    ['selector of a class', (s) => `.${s} { color: green }`],
    ['selector of an id', (s) => `#${s} { color: green }`],
    ['selector of a value', (s) => `[data-x='${s}'] { color: green }`],
    ['name of an animation', (s) => `@keyframes ${s} { to { color: green } }`],
    ['name of a layer', (s) => `@layer ${s} { p { margin: 2px } }`],
    ['name of a font', (s) => `@font-face { font-family: '${s}'; src: local('x') }`],
    ['address in a sheet', (s) => `.address { background: url(/files/${s}.png) }`],
    ['name of an area', (s) => `.grid { grid-template-areas: '${s}' }`],
  ];
  const sheets = styles.map(([place, make]) => plant(place, make));
  const scripts: readonly (readonly [string, (s: string) => string])[] = [
    ['text set later', (s) => `put('p').textContent = '${s}'`],
    ['text changed later', (s) => `late.firstChild.data = '${s}'`],
    ['attribute set later', (s) => `put('p').title = '${s}'`],
    ['value set later', (s) => `put('input').value = '${s}'`],
    ['value of a text area set later', (s) => `put('textarea').value = '${s}'`],
    ['option added later', (s) => `put('select').add(new Option('${s}'))`],
    ['open shadow root', (s) => `put('div').attachShadow({ mode: 'open' }).innerHTML = '<p>${s}</p>'`],
    ['closed shadow root', (s) => `put('div').attachShadow({ mode: 'closed' }).innerHTML = '<p>${s}</p>'`],
    ['rule added later', (s) => `sheet.insertRule(".added::before { content: '${s}' }")`],
    ['adopted sheet', (s) => `adopt(".adopted::before { content: '${s}' }")`],
    ['style set later', (s) => `put('p').style.setProperty('--later', "'${s}'")`],
    ['class added later', (s) => `put('p').classList.add('${s}')`],
    ['title of the window', (s) => `document.title = '${s}'`],
    ['address of the page', (s) => `history.pushState(null, '', '/view/${s}')`],
    ['query of the page', (s) => `history.pushState(null, '', '/view?who=${s}')`],
    ['fragment of the page', (s) => `location.hash = '${s}'`],
    ['text in a frame written later', (s) => `put('iframe').contentDocument.body.textContent = '${s}'`],
    [
      'text in a frame of a frame',
      (s) => `put('iframe').contentDocument.body.appendChild(put('iframe')).srcdoc = '<p>${s}</p>'`,
    ],
  ];
  const later = scripts.map(([place, make]) => plant(place, make));
  return {
    head: `<style>${sheets.join('\n')}\n.moving { animation: go 1s infinite alternate } @keyframes go { to { translate: 40px } }</style>`,
    body: `<ul><li class="marked list">x</li></ul><p class="before behind other quotes property address added adopted">x</p>
<p id="late">x</p>${[...texts, ...attributes, ...inputs, ...bodies].join('\n')}
<label>Typed <input id="typed"></label><button type="button">Go on</button>`,
    script: `const sheet = document.styleSheets[0];
const put = (tag) => document.body.appendChild(document.createElement(tag));
const adopt = (css) => { const own = new CSSStyleSheet(); own.replaceSync(css); document.adoptedStyleSheets = [own]; };
const steps = ${JSON.stringify(later)};
document.querySelector('button[type=button]').addEventListener('click', () => {
  if (globalThis.begun) return;
  globalThis.begun = true;
  steps.forEach((step, i) => setTimeout(() => (0, eval)('{' + step + '}'), 300 * i));
});
globalThis.sheet = sheet; globalThis.put = put; globalThis.adopt = adopt; globalThis.late = document.getElementById('late');`,
  };
}

export async function startTraps(): Promise<TrapPage> {
  const secrets: Secret[] = [];
  const { head, body, script } = markup((place, make) => {
    const text = trapWord(secrets.length);
    secrets.push({ place, text });
    return make(text);
  });
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Traps</title>${head}</head><body>${body}<script>${script}</script></body></html>`;
  const server = createServer((request, response) => {
    const found = request.url === '/' || request.url?.startsWith('/view');
    response
      .writeHead(found ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' })
      .end(found ? page : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    secrets,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
