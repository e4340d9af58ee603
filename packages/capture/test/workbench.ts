// A page with much of what pages are made of; all names and figures in it are made up.

export const SHIPPED = [
  'Expenses',
  'Save',
  'Cancel',
  'Vendor',
  'Amount',
  'Notes',
  'Open',
  'Closed',
  'Status',
  'Help',
  'Home',
];

export const WORKBENCH_CSS = `
:root { --gap: 12px; --accent: #2255aa; --ease: ease-in-out }
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.5 Arial, sans-serif }
header.top-bar { display: flex; gap: var(--gap); align-items: center; padding: 8px 16px; background: var(--accent); color: white }
.layout__grid { display: grid; grid-template-columns: 220px 1fr; grid-template-areas: "side main"; gap: var(--gap) }
.layout__side { grid-area: side; background: #eee; padding: 10px }
.layout__main { grid-area: main; padding: 10px }
[class^="icon-"] { display: inline-block; width: 20px; height: 20px; background: #333 }
[class*=" icon-"]::before { content: "x" }
[data-state="open"] { border-left: 6px solid green; padding-left: 10px }
[data-state="closed"] { border-left: 2px solid red }
.card:not(.card--wide) { max-width: 300px }
.card > h2 ~ p { margin: 0 0 4px 30px }
.badge::after { content: "Open"; padding: 0 6px; background: gold }
table.list { border-collapse: collapse; width: 100% }
.list td, .list th { border: 1px solid #999; padding: 4px }
.list tr:nth-child(2n) { background: #f4f4f4 }
@media (min-width: 900px) { .wide-only { display: block; height: 33px } }
@media (max-width: 899px) { .wide-only { display: none } }
@supports (display: grid) { .grid-ok { width: 77px } }
@layer base, theme;
@layer theme { .layered { margin-top: 9px } }
#main\\:pane { outline: 1px solid; padding: 3px }
@keyframes pulse { from { opacity: .5 } to { opacity: 1 } }
.pulse { animation: pulse 1s var(--ease) 1 }
`;

export const WORKBENCH = `<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Expenses of Quentin Quill</title>
<link rel="stylesheet" href="/workbench.css"><meta name="description" content="hidden words">
<style>.inline-sheet { letter-spacing: 1px }</style></head>
<body><!-- a comment -->
<header class="top-bar"><h1 id="page-title">Expenses</h1><nav><a href="/home?user=quentin">Home</a> <a href="/help">Help</a></nav></header>
<div class="layout__grid">
<aside class="layout__side"><ul><li>Quentin Quill</li><li data-state="open">Open things</li><li data-state="closed">Others</li></ul>
<i class="icon-user"></i><i class="small icon-gear"></i><img src="/picture.svg" alt="A portrait" id="portrait"></aside>
<main class="layout__main" id="main:pane">
<form><label for="vendor">Vendor</label> <input id="vendor" value="Quill and Sons" placeholder="Vendor">
<label>Amount <input type="number" value="1284.50"></label>
<label><input type="checkbox" checked> Closed</label> <input type="radio" name="r" value="a" checked> <input type="radio" name="r" value="b">
<input type="password" value="hunter2hunter2"> <input type="range" value="70"> <input type="hidden" value="hid">
<select id="status"><option value="o">Open</option><option value="c" selected>Closed</option></select>
<select multiple id="many"><option selected>Alpha words</option><option>Beta</option><option selected>Gamma</option></select>
<textarea id="notes" rows="3">Dear diary
two lines</textarea><button type="submit" class="save-button">Save</button> <input type="button" value="Cancel"></form>
<div class="card"><h2>Trip of Quentin</h2><div></div><p>He went to the sea and came back with shells.</p></div>
<div class="card card--wide"><span class="badge">Three</span> <b>bold</b> <span style="color: red; margin-left: 11px">styled words</span></div>
<table class="list"><thead><tr><th>Vendor</th><th>Amount</th></tr></thead><tbody>
<tr><td>Quill and Sons</td><td>1,284.50</td></tr><tr><td>Harbour Inn</td><td>77.00</td></tr><tr><td>Ferry</td><td>12.40</td></tr></tbody></table>
<div class="wide-only"></div><div class="grid-ok layered pulse">w</div>
<svg width="40" height="40" viewBox="0 0 40 40"><title>secret title</title><circle cx="20" cy="20" r="15" fill="orange"/><text x="3" y="22" font-size="8">svg words</text><path d="M5 5 L35 35" stroke="black"/></svg>
<canvas id="drawing" width="120" height="50"></canvas>
<x-card id="card"></x-card>
<iframe id="inner" src="/inner" width="300" height="80" style="border:2px solid; padding: 5px"></iframe>
<div id="stage"></div>
<div style="height:900px">tall</div>
</main></div>
<script>
customElements.define('x-card', class extends HTMLElement { connectedCallback() {
  const root = this.attachShadow({ mode: 'open' });
  root.innerHTML = '<style>:host { display: block; padding: 7px } .in { color: teal }</style><p class="in">Inside words</p><slot></slot>';
  const sheet = new CSSStyleSheet(); sheet.replaceSync('.in { font-weight: bold; margin: 0 0 13px }'); root.adoptedStyleSheets = [sheet];
} });
const adopted = new CSSStyleSheet(); adopted.replaceSync('.adopted { width: 210px; height: 17px }');
document.adoptedStyleSheets = [adopted];
const ctx = document.getElementById('drawing').getContext('2d'); ctx.fillText('drawn words', 5, 20);
</script></body></html>`;

export const INNER = `<!doctype html><title>i</title><body style="margin:4px"><button>Help</button> <p>Inner words of Quentin</p></body>`;
export const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="90" height="60" fill="purple"/></svg>`;
