import type { Model } from '@aboveboard/planner/catalogue/model';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { text } from './messages/en.ts';
import type { FilesAsked } from './model-file-worker.ts';
import type { ReadModel } from './model-files.ts';

/** Longer than any honest header takes. */
const PATIENCE = 20_000;

/** Takes the scenario's model from files that are picked. What cannot be read is said, and nothing changes. */
export function ModelPick(props: { onModel: (model: Model) => void }): ReactNode {
  const { onModel } = props;
  const input = useRef<HTMLInputElement>(null);
  const worker = useRef<Worker | null>(null);
  const [said, setSaid] = useState('');
  const [faults, setFaults] = useState<readonly string[]>([]);
  const note = useId();
  useEffect(() => () => worker.current?.terminate(), []);
  const read = async (files: File[]) => {
    setFaults([]);
    setSaid(text.files.reading);
    worker.current?.terminate();
    const made = new Worker(new URL('./model-file-worker.ts', import.meta.url), { type: 'module' });
    worker.current = made;
    const reply = await replyOf(made, { files, today: new Date().toISOString().slice(0, 10) });
    made.terminate();
    if (worker.current !== made) return;
    setSaid(reply.ok ? reply.said : text.files.failed);
    setFaults(reply.ok ? [] : reply.faults);
    if (reply.ok) onModel(reply.model);
  };
  return (
    <div className="pick">
      <button
        type="button"
        className="button plain"
        aria-describedby={note}
        onClick={() => input.current?.click()}
      >
        {text.files.button}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-pick="model"
        accept=".gguf,.safetensors,.json"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          if (files.length > 0) void read(files);
          event.target.value = '';
        }}
      />
      <p id={note} className="soft small">
        {text.files.note}
      </p>
      <div role="status">
        {said && <p className="small">{said}</p>}
        {faults.length > 0 && (
          <ul className="fault">
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function replyOf(worker: Worker, asked: FilesAsked): Promise<ReadModel> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve({ ok: false, faults: [text.files.slow] }), PATIENCE);
    const end = (reply: ReadModel) => {
      clearTimeout(late);
      resolve(reply);
    };
    worker.onmessage = ({ data }: MessageEvent<ReadModel>) => end(data);
    // Out of memory, or no worker at all in this browser.
    worker.onerror = () => end({ ok: false, faults: [text.files.slow] });
    worker.postMessage(asked);
  });
}
