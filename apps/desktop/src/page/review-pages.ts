import type { Prepared } from '../release/prepared-release.ts';
import type { ShelfRow } from '../spool/shelf.ts';
import { page, text } from './pages.ts';

/** The steps of a recording, each of which she can leave out, and what she says of it. */
export function stepsPage(row: ShelfRow, lines: readonly string[], token: string): string {
  const what = row.task.kind === 'free' ? row.task.text : row.task.card.title;
  const steps = lines.map((line, index) => {
    const box = `<input type="checkbox" name="without" value="${index}">`;
    return `<li>${text(line)} <label>${box} leave out</label></li>`;
  });
  const words =
    row.task.kind === 'free'
      ? `<p><label>In other words <input name="task" maxlength="500"></label></p>`
      : '';
  const worked = ['yes', 'no']
    .map((one) => `<label><input type="radio" name="worked" value="${one}"> ${one}</label>`)
    .join(' ');
  const form = row.receipt
    ? `<form method="post" action="/prepare">${hidden('token', token)}${hidden('id', row.id)}<ol>${steps.join('')}</ol>${words}` +
      `<fieldset><legend>Did it work?</legend>${worked}</fieldset><button>Show me what would leave</button></form>`
    : `<ol>${lines.map((line) => `<li>${text(line)}</li>`).join('')}</ol><p>A demonstration: it can not be released.</p>`;
  return page(what, `<p><a href="/">Back</a></p>${form}`);
}

/** What would leave, counted on the result itself (REV40). */
export function preparedPage({ id, leaving, lines }: Prepared, token: string): string {
  const { task, outcome } = leaving;
  const what = task.kind === 'free' ? task.text : task.card.title;
  const seconds = Math.round((leaving.durationTicks * leaving.tickMicroseconds) / 1_000_000);
  const worked =
    outcome.worked === null
      ? 'You did not say whether it worked.'
      : outcome.worked
        ? 'It worked.'
        : 'It did not work.';
  const act = (name: string, label: string) =>
    `<form method="post" action="/${name}">${hidden('token', token)}${hidden('id', id)}<button>${label}</button></form>`;
  return page(
    'This would leave, and nothing else',
    `<p>${text(what)}: ${seconds} s, ${leaving.states} states of windows, ${leaving.frames} pictures, ${leaving.bytes} bytes. ${worked}</p>
<ol>${lines.map((line) => `<li>${text(line)}</li>`).join('')}</ol>
${pictures(leaving.frames)}<p>It rests on this computer first; until then you can call it back without a trace.</p>${act('release', 'Release it')}${act('forget', 'Not like this')}`,
  );
}

/** Those that would leave, as they would: what is one colour there is one colour here. */
function pictures(count: number): string {
  const each = Array.from(
    { length: count },
    (_, number) =>
      `<img loading="lazy" src="/prepared/picture/${number}" alt="Picture ${number + 1} of ${count}">`,
  );
  return count === 0 ? '' : `<h2>Its pictures</h2>${each.join('')}`;
}

function hidden(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${text(value)}">`;
}
