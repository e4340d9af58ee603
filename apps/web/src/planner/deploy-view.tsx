import type { DeployAnswer } from '@aboveboard/planner/deploy/files';
import { memo, type ReactNode } from 'react';
import { archiveOf } from './archive.ts';
import { TableBehind } from './chart.tsx';
import { text } from './messages/en.ts';
import { figure } from './numbers.ts';
import { saveBlob, saveText } from './save-file.ts';

/** The files that run a plan, to read and to save, and what a closed room needs. */
export const DeployView = memo(function DeployView(props: {
  name: string;
  titled: boolean;
  answer: DeployAnswer;
}): ReactNode {
  const { name, answer } = props;
  const archive = () =>
    saveBlob(text.deploy.archive(name), new Blob([archiveOf(answer.files)], { type: 'application/x-tar' }));
  return (
    <section aria-label={`${text.deploy.title}: ${name}`}>
      {props.titled && <h3>{name}</h3>}
      {answer.unchecked.length > 0 && (
        <p className="small">{text.figures.uncheckedIs(answer.unchecked.join('; '))}</p>
      )}
      <div className="buttons">
        <button type="button" className="button plain" onClick={archive}>
          {text.deploy.saveAll}
        </button>
      </div>
      <ul className="written">
        {answer.files.map((file) => (
          <li key={file.path}>
            <p>
              <strong>{file.path}</strong> <span className="soft">{text.deploy.what[file.path] ?? ''}</span>
            </p>
            <button
              type="button"
              className="button plain"
              aria-label={text.deploy.save(file.path)}
              onClick={() => saveText(file.path, file.text)}
            >
              {text.deploy.saveOne}
            </button>
            <details className="behind">
              <summary>{text.deploy.show(file.path)}</summary>
              {/* Wider than the page at times: it scrolls, and the keyboard must get there. */}
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs focus */}
              <section className="scroll" tabIndex={0} aria-label={file.path}>
                <pre>{file.text}</pre>
              </section>
            </details>
          </li>
        ))}
      </ul>
      <TableBehind
        summary={text.deploy.airGap}
        label={`${text.deploy.airGap}: ${name}`}
        head={text.deploy.head}
        rows={answer.airGap.map((item) => [
          item.kind,
          item.name,
          item.gib === null ? '' : item.sure ? figure(item.gib) : text.deploy.about(figure(item.gib)),
          item.digest ?? text.deploy.later,
          item.fetch,
        ])}
      />
    </section>
  );
});
