import type { ReactNode } from 'react';
import { words } from '../messages/en.ts';

export function DatasetsPage(): ReactNode {
  return (
    <>
      <h1>{words.datasets.title}</h1>
      <p>{words.datasets.lead}</p>
      {words.datasets.steps.map((step) => (
        <section key={step.command}>
          <h2>{step.what}</h2>
          <pre className="command">
            <code>{step.command}</code>
          </pre>
        </section>
      ))}
    </>
  );
}
