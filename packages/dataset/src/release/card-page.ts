import { type CardBlock, type CardSection, cardSections } from '../messages/card-en.ts';
import type { CardedManifest } from './release-manifest.ts';

export const CARD_NAME = 'card.html';

/** For people, and for paper: no script, nothing from outside, every text escaped (REL63). What is not known is said as that (REL62). */
export function cardPage(manifest: CardedManifest): Uint8Array<ArrayBuffer> {
  const title = escaped(`${manifest.name} ${manifest.version}`);
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body><main>
<h1>${title}</h1>
${cardSections(manifest).map(sectionHtml).join('\n')}
</main></body></html>
`;
  return new TextEncoder().encode(page) as Uint8Array<ArrayBuffer>;
}

/** The same for a terminal. Nothing in it is obeyed by one: of control characters only the ends of its own lines are there. */
export function cardText(manifest: CardedManifest): string[] {
  return cardSections(manifest).flatMap(({ title, blocks }) => [
    ...(title === null ? [] : ['', title]),
    ...blocks.flatMap(blockLines).map(shownPlainly),
  ]);
}

/** Text of a manifest, for a terminal. */
export function shownPlainly(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}
const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

function blockLines(block: CardBlock): string[] {
  if (block.kind === 'text') return [block.text.replaceAll('\n', ' ')];
  if (block.kind === 'list') return block.rows.map(([what, is]) => `  ${what}: ${is}`);
  return block.rows.map((row) => `  ${row.map((cell, i) => `${block.head[i]}: ${cell}`).join('; ')}`);
}

function sectionHtml({ title, blocks }: CardSection): string {
  return [...(title === null ? [] : [`<h2>${escaped(title)}</h2>`]), ...blocks.map(blockHtml)].join('\n');
}

function blockHtml(block: CardBlock): string {
  if (block.kind === 'text') return `<p>${escaped(block.text)}</p>`;
  return block.kind === 'list' ? listHtml(block.rows) : tableHtml(block.head, block.rows);
}

function listHtml(rows: readonly (readonly [string, string])[]): string {
  return `<dl>${rows.map(([what, is]) => `<dt>${escaped(what)}</dt><dd>${escaped(is)}</dd>`).join('')}</dl>`;
}

function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = ([first = '', ...rest]: readonly string[]) =>
    `<th scope="row">${escaped(first)}</th>${rest.map((one) => `<td>${escaped(one)}</td>`).join('')}`;
  const heads = head.map((one) => `<th scope="col">${escaped(one)}</th>`).join('');
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join('');
  return `<table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`;
}

function escaped(given: string): string {
  return given.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70ch;padding:0 1rem}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.25rem 1rem}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
p,h1,td:last-child,tbody th{overflow-wrap:anywhere}tbody th{min-width:5rem}
th,td{border-bottom:1px solid;padding:.3rem .6rem .3rem 0;text-align:start;vertical-align:top}
@media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
@media print{body{margin:0;max-width:none}table,dl{break-inside:avoid}}`;
