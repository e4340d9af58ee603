import type { MyRecording } from '@aboveboard/protocol/installation';
import { type ReactNode, useRef, useState } from 'react';
import { client } from '../client.ts';
import { bytesInWords } from '../figures.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { words } from '../messages/en.ts';
import { MyLineageSection } from '../releases/my-lineage.tsx';

const text = words.today;
/** Both at once: what was erased is out of one and shows in the other. */
const load = async () => {
  const [{ recordings }, { releases }] = await Promise.all([client.myRecordings(), client.myLineage()]);
  return { recordings, releases };
};

export function TodayPage(): ReactNode {
  const [loading, reload] = useLoaded(load);
  return (
    <>
      <h1>{text.title}</h1>
      <h2>{text.recorderTitle}</h2>
      <p>{text.recorderText}</p>
      <h2>{text.mineTitle}</h2>
      <Loaded of={loading} retry={reload}>
        {({ recordings, releases }) => (
          <>
            {recordings.length === 0 ? (
              <div className="notice">
                <p>{text.none}</p>
                <p>{text.noneNext}</p>
              </div>
            ) : (
              <Mine recordings={recordings} onErased={reload} />
            )}
            <MyLineageSection releases={releases} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Mine(props: { recordings: MyRecording[]; onErased: () => void }): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [chosen, setChosen] = useState<MyRecording | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function erase(): Promise<void> {
    if (!chosen) return;
    try {
      await client.erase([chosen.id]);
      dialog.current?.close();
      props.onErased();
    } catch (error) {
      setProblem((error as Error).message);
    }
  }

  return (
    <>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>{text.key}</th>
              <th>{text.state}</th>
              <th className="number">{text.size}</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {props.recordings.map((recording) => (
              <tr key={recording.id}>
                <td>
                  <code>{recording.id.slice(0, 8)}</code>
                </td>
                <td>{text.states[recording.state]}</td>
                <td className="number">{bytesInWords(recording.bytes)}</td>
                <td className="number">
                  {recording.state !== 'erased' && (
                    <button
                      type="button"
                      className="button danger"
                      onClick={() => {
                        setChosen(recording);
                        setProblem(null);
                        dialog.current?.showModal();
                      }}
                    >
                      {text.erase}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dialog ref={dialog} aria-labelledby="erase-title">
        <h2 id="erase-title">{text.eraseTitle}</h2>
        <p>{text.eraseText}</p>
        {problem && (
          <p role="alert" className="notice danger">
            {problem}
          </p>
        )}
        <div className="buttons">
          <button type="button" className="button plain" onClick={() => dialog.current?.close()}>
            {text.eraseNo}
          </button>
          <button type="button" className="button danger" onClick={erase}>
            {text.eraseYes}
          </button>
        </div>
      </dialog>
    </>
  );
}
