import { words } from '../messages/en.ts';
import { erasePage } from './erase-code.tsx';
import { useRecorder } from './recorder-link.ts';

const say = words.paper;

/** The erase code alone on a page of its own, as it is printed (ENR43). */
export function PaperPage() {
  const { view } = useRecorder();
  if (!view) return <main className="page soft">{words.loading}</main>;
  const { eraseCode, rules } = view;
  return (
    <main className="page stack">
      <h1>{say.title}</h1>
      {eraseCode === null || !rules ? (
        <p>{say.gone}</p>
      ) : (
        <>
          <p>{say.sheet.what}</p>
          <p className="erase-code">{eraseCode}</p>
          <p>{say.sheet.where(erasePage(rules.guardian))}</p>
          <p>{say.sheet.keep}</p>
          <button type="button" className="main-act no-print" onClick={() => print()}>
            {say.print}
          </button>
        </>
      )}
    </main>
  );
}
