import type { ReportTable } from '@aboveboard/planner/scenario/report-table';
import { type ReactNode, useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { Table } from './chart.tsx';
import type { Draft } from './draft.ts';
import { allFields } from './fields.ts';
import { text } from './messages/en.ts';

export type Reported = { name: string; draft: Draft; tables: readonly ReportTable[] };

/** Whether the page is being printed: only then is the report made. */
function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const query = matchMedia('print');
    const change = () => flushSync(() => setPrinting(query.matches));
    const before = () => flushSync(() => setPrinting(true));
    const after = () => setPrinting(false);
    query.addEventListener('change', change);
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    return () => {
      query.removeEventListener('change', change);
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
    };
  }, []);
  return printing;
}

/** What stands on paper in place of the form: what was asked, and every table. */
/** `evidence`: what was verified, what was found, and what that rests on. */
export function ReportView(props: {
  scenarios: () => Reported[];
  evidence: () => (readonly string[])[];
}): ReactNode {
  if (!usePrinting()) return null;
  const scenarios = props.scenarios();
  const evidence = props.evidence();
  const asked = allFields.filter((id) => scenarios.some(({ draft }) => draft.written[id]?.trim()));
  return (
    <div className="report">
      <h2>{text.report.asked}</h2>
      <Table
        label={text.report.asked}
        head={[
          text.report.field,
          ...scenarios.map(({ name }, i) => (scenarios.length > 1 ? `${i + 1}. ${name}` : name)),
        ]}
        rows={asked.map((id) => [
          text.fields[id].filter((part) => part !== '').join(', '),
          ...scenarios.map(({ draft }) => draft.written[id] ?? ''),
        ])}
      />
      {scenarios.map(({ name, tables }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: scenarios are known by their place
        <section key={i}>
          <h2>{name}</h2>
          {tables.map((table) => (
            <section key={table.title} className="report-table">
              <h3>{table.title}</h3>
              {table.note && <p>{table.note}</p>}
              <Table label={table.title} head={table.head} rows={table.rows} />
            </section>
          ))}
        </section>
      ))}
      {evidence.length > 0 && (
        <section>
          <h2>{text.report.evidence}</h2>
          <Table
            label={text.report.evidence}
            head={[text.report.item, text.control.finding, text.control.rests]}
            rows={evidence}
          />
        </section>
      )}
      <p>{text.report.made}</p>
    </div>
  );
}
