import type { ReleaseManifest } from './release-manifest.ts';

export const CARD_NAME = 'card.html';

/** A manifest before its card: what a card is made of, and of nothing else (REL60). */
export type CardedManifest = Omit<ReleaseManifest, 'card'>;

/** For people, and for paper: no script, nothing from outside, every text escaped (REL63). What is not known is said as that (REL62). */
export function cardPage(manifest: CardedManifest): Uint8Array<ArrayBuffer> {
  const { name, version, level, purpose, software, counts, cohort, leftOut, agreements, drawnBy } = manifest;
  const title = `${name} ${version}`;
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escaped(title)}</h1>
${list([
  ['Id', manifest.id],
  ['Built by', `${software.name} ${software.version}`],
  [
    'Built on',
    'Not said here: the same recordings give the same card on any day. The log of uses has the day.',
  ],
  ['Level', level],
  ['For', purpose],
])}
<h2>What is in it</h2>
${list([
  ['Tasks', String(counts.tasks)],
  ['Steps', String(counts.steps)],
  ['Pictures', pictures(counts.pictures, drawnBy)],
  ['Trees of the interface', String(counts.trees)],
  ['People', people(level, cohort)],
])}
<h2>How it was collected</h2>
<p>By a recorder that people had running at work on applications that they had agreed to. Each recording was released by the person who made it.</p>
<p>${HANDLED[level]}</p>
${list([['Points of movement kept as recorded', String(counts.keptPoints)]])}
<h2>What people agreed to</h2>
<p>Who agreed is not said anywhere in this release. The words of each agreement are in the log of rules, under its digest.</p>
${
  agreements.length === 0
    ? '<p>Not known: the release names no agreement.</p>'
    : table(
        ['Agreement', 'Version', 'Digest'],
        agreements.map((one) => [one.id, String(one.version), one.digest]),
      )
}
<h2>How well people can be told apart</h2>
${riskOf(manifest)}
<h2>What is missing</h2>
${list([
  ['Steps without a picture before them', String(counts.gaps.pictures)],
  ['Steps without a tree before them', String(counts.gaps.trees)],
])}
${
  leftOut.length === 0
    ? '<p>No rule left out a task.</p>'
    : table(
        ['Rule', 'Tasks that it left out, rounded down to tens'],
        leftOut.map((one) => [one.rule, String(one.count)]),
      )
}
<p>Whether a task worked is the word of the person who did it. Nobody else checked it.</p>
<h2>Licence, and what may not be done</h2>
<p>There is no public licence. The agreements above are the terms. It may be used for ${escaped(purpose)} and for nothing else. Nobody may try to
find out who did a task. A release that was superseded because somebody withdrew is to be deleted; a model that was trained on it does not forget.</p>
</main></body></html>
`;
  return new TextEncoder().encode(page) as Uint8Array<ArrayBuffer>;
}

const HANDLED: Readonly<Record<ReleaseManifest['level'], string>> = {
  vault:
    'Text that the recorder masked is filler. Everything else is as recorded: no surrogates, no cohort, no measure. It may not leave where it was built.',
  release:
    'Text that the recorder masked has made-up text in its place, text that too few people had is closed, movement is made coarser, and longer recordings are cut into parts.',
  open: 'Not known: there is no release of recordings at this level.',
};

function people(
  level: ReleaseManifest['level'],
  { people: count, least }: ReleaseManifest['cohort'],
): string {
  const all = count === 0 ? 'fewer than ten, or not known' : `at least ${count}`;
  if (level === 'vault') return `${all}; no cohort is asked for at this level`;
  return `${all}; a task card that fewer than ${least} did is left out`;
}

function pictures(count: number, drawnBy: string | undefined): string {
  if (count === 0) return 'none';
  return drawnBy === undefined ? `${count}; what drew them is not known` : `${count}, drawn by ${drawnBy}`;
}

function riskOf({ risk }: CardedManifest): string {
  if (risk === null) return '<p>It was not measured.</p>';
  const { naming, linking, threshold, report } = risk;
  return `${table(
    ['What was tried on 5 minutes', 'Found', 'Allowed at most'],
    [
      ['Naming the person of a task', percent(naming), percent(threshold.naming)],
      ['Telling that two tasks are of one person', percent(linking), percent(threshold.linking)],
    ],
  )}
<p>Bounds, chance and attackers are not known here: they are in the report with the digest ${escaped(report)}.</p>`;
}

function list(rows: readonly (readonly [string, string])[]): string {
  return `<dl>${rows.map(([what, is]) => `<dt>${escaped(what)}</dt><dd>${escaped(is)}</dd>`).join('')}</dl>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = ([first = '', ...rest]: readonly string[]) =>
    `<th scope="row">${escaped(first)}</th>${rest.map((one) => `<td>${escaped(one)}</td>`).join('')}`;
  const heads = head.map((one) => `<th scope="col">${escaped(one)}</th>`).join('');
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join('');
  return `<table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`;
}

function escaped(given: string): string {
  return given.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70ch;padding:0 1rem}
dl{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.25rem 1rem}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
p,h1,td:last-child,tbody th{overflow-wrap:anywhere}tbody th{min-width:5rem}
th,td{border-bottom:1px solid;padding:.3rem .6rem .3rem 0;text-align:start;vertical-align:top}
@media(max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
@media print{body{margin:0;max-width:none}table,dl{break-inside:avoid}}`;
