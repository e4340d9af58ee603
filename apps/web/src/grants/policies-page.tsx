import type { ReactNode } from 'react';
import { client } from '../client.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { text } from './messages/en.ts';

const say = text.policies;

/** The policies that decide, as the server runs them, for everyone. */
export default function PoliciesPage(): ReactNode {
  const [loading, reload] = useLoaded(client.policies);
  return (
    <>
      <h1>{say.title}</h1>
      <p>{say.lead}</p>
      <Loaded of={loading} retry={reload}>
        {({ schema, files }) => (
          <>
            {files.map(({ name, text: policy }) => (
              <section key={name}>
                <h2>{say.files[name] ?? name}</h2>
                <pre className="command">
                  <code>{policy}</code>
                </pre>
              </section>
            ))}
            <section>
              <h2>{say.schema}</h2>
              <pre className="command">
                <code>{schema}</code>
              </pre>
            </section>
          </>
        )}
      </Loaded>
    </>
  );
}
