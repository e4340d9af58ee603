import type { PlanAnswer } from './plan.ts';
import { type ReportTable, reportTables } from './report-table.ts';

/** A plan as Markdown: one section a table. */
export function markdownReport(plans: readonly PlanAnswer[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const section = (table: ReportTable) =>
    [
      `### ${table.title}`,
      '',
      ...(table.note ? [table.note, ''] : []),
      line(table.head),
      line(table.head.map(() => '---')),
      ...table.rows.map(line),
      '',
    ].join('\n');
  return `${plans.map((plan) => [`## ${plan.name}`, '', ...reportTables(plan).map(section)].join('\n')).join('\n')}\n${foot}\n`;
}

const foot =
  'Intervals hold 80 % of left-out measured rows (docs/planner-accuracy.md). This plan informs and does not advise.';

/** A plan as one HTML page without scripts or outside resources: print it from a browser. */
export function htmlReport(plans: readonly PlanAnswer[], title = 'Hardware plan'): string {
  const section = (table: ReportTable) => `<section>
<h3>${escapeHtml(table.title)}</h3>
${table.note ? `<p>${escapeHtml(table.note)}</p>` : ''}
<table><thead><tr>${table.head.map((h) => `<th scope="col">${escapeHtml(h)}</th>`).join('')}</tr></thead>
<tbody>${table.rows.map((row) => `<tr>${row.map((c, i) => (i === 0 ? `<th scope="row">${escapeHtml(c)}</th>` : `<td>${escapeHtml(c)}</td>`)).join('')}</tr>`).join('\n')}</tbody></table>
</section>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1b1b; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead th { border-bottom: 2px solid #1b1b1b; }
tbody th { font-weight: normal; }
section { break-inside: avoid-page; }
@media print { body { margin: 0; font-size: 11px; max-width: none; } h2 { break-before: page; } h2:first-of-type { break-before: auto; } }
</style></head><body>
<h1>${escapeHtml(title)}</h1>
${plans.map((plan) => `<h2>${escapeHtml(plan.name)}</h2>\n${reportTables(plan).map(section).join('\n')}`).join('\n')}
<p>${foot}</p>
</body></html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
