import { readSteps } from '@aboveboard/dataset/action-steps';
import { modelActionOf } from '@aboveboard/dataset/export/model-action';
import { pyautogui } from '@aboveboard/dataset/export/pyautogui';
import { bundleBytes } from '@aboveboard/protocol/bundle';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { type ReactNode, useCallback } from 'react';
import { bytesInWords } from '../figures.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { words } from '../messages/en.ts';
import type { PracticeRecording } from './practice-recorder.ts';

const text = words.try;
/** Pyautogui's places are fractions, so the size of the picture does not matter. */
const PICTURE = { width: 1, height: 1 };

/** What a model would learn from, and the sealed file as it would leave. */
export function PracticeResult(props: { recording: PracticeRecording; onAgain: () => void }): ReactNode {
  const { recording } = props;
  const load = useCallback(async () => {
    const opened = await openRecording({ ...recording, deflate: webDeflate });
    const { tickMicroseconds } = opened.manifest.clock;
    const { actions, steps } = await readSteps(opened);
    const rows = actions.map((action, index) => {
      const said = modelActionOf(action, { tickMicroseconds });
      const calls = typeof said === 'string' ? [] : pyautogui.write(said, PICTURE).calls;
      return { index: action.index, label: steps[index]?.label ?? '', code: calls.join('\n') };
    });
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const bytes of bundleBytes(recording)) parts.push(new Uint8Array(bytes));
    return { rows, bundle: new Blob(parts, { type: 'application/octet-stream' }) };
  }, [recording]);
  const [loading, retry] = useLoaded(load);
  return (
    <>
      <h2>{text.resultTitle}</h2>
      <p>{text.resultText}</p>
      <Loaded of={loading} retry={retry}>
        {({ rows, bundle }) => (
          <>
            <div className="scroll">
              <table>
                <thead>
                  <tr>
                    <th className="number">{text.step}</th>
                    <th>{text.what}</th>
                    <th>{text.action}</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <tr key={row.index}>
                      <td className="number">{row.index + 1}</td>
                      <td>{row.label}</td>
                      <td>
                        <code className="lines">{row.code || text.notSaid}</code>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            <p className="soft">{text.downloadNote(bytesInWords(bundle.size))}</p>
            <div className="buttons">
              <button type="button" className="button plain" onClick={() => save(bundle)}>
                {text.download}
              </button>
              <button type="button" className="button" onClick={props.onAgain}>
                {text.again}
              </button>
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

function save(bundle: Blob): void {
  const url = URL.createObjectURL(bundle);
  const link = document.createElement('a');
  link.href = url;
  link.download = 'practice.aboveboard';
  link.click();
  URL.revokeObjectURL(url);
}
