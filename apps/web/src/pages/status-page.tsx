import type { About } from '@aboveboard/protocol/installation';
import type { ReactNode } from 'react';
import { words } from '../messages/en.ts';

const text = words.status;

export function StatusPage({ about }: { about: About }): ReactNode {
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
      <h2>{text.limits}</h2>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>{text.limit}</th>
              <th className="number">{text.value}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(about.limits).map(([name, value]) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                </td>
                <td className="number">{value.toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
