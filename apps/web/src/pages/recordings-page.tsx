import { readSteps } from '@aboveboard/dataset/action-steps';
import type { ReleasedRecording } from '@aboveboard/protocol/installation';
import { openRecording } from '@aboveboard/protocol/recording-reader';
import { webDeflate } from '@aboveboard/protocol/web-deflate';
import { windowClock } from '@aboveboard/review/player-clock';
import { ReplayView } from '@aboveboard/review/replay-view';
import { type ReactNode, useCallback, useState } from 'react';
import { client } from '../client.ts';
import { bytesInWords, durationInWords } from '../figures.ts';
import { Loaded, useLoaded } from '../loaded.tsx';
import { words } from '../messages/en.ts';
import { openedParts } from '../opened-parts.ts';

const text = words.recordings;
const clock = windowClock(window);

type Page = { recordings: ReleasedRecording[]; next: string | null };
/** The first page of the list, and what the cards are called here; a card of before is shown by its id. */
const load = async (): Promise<Page & { titles: ReadonlyMap<string, string> }> => {
  const [page, { cards }] = await Promise.all([client.released(null), client.taskCards()]);
  return { ...page, titles: new Map(cards.map((card) => [card.id, card.title])) };
};

export default function RecordingsPage(): ReactNode {
  const [first, retry] = useLoaded(load);
  const [open, setOpen] = useState<string | null>(null);
  if (open) return <Opened id={open} onClose={() => setOpen(null)} />;
  return (
    <>
      <h1>{text.title}</h1>
      <p>{text.lead}</p>
      <Loaded of={first} retry={retry}>
        {(page) =>
          page.recordings.length === 0 ? (
            <div className="notice">
              <p>{text.none}</p>
              <p>{text.noneNext}</p>
            </div>
          ) : (
            <List first={page} titles={page.titles} onOpen={setOpen} />
          )
        }
      </Loaded>
    </>
  );
}

function List(props: {
  first: Page;
  titles: ReadonlyMap<string, string>;
  onOpen: (id: string) => void;
}): ReactNode {
  const [rows, setRows] = useState(props.first.recordings);
  const [next, setNext] = useState(props.first.next);
  const [problem, setProblem] = useState<string | null>(null);

  async function more(): Promise<void> {
    try {
      const page = await client.released(next);
      setRows([...rows, ...page.recordings]);
      setNext(page.next);
      setProblem(null);
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
              <th>{text.task}</th>
              <th>{text.week}</th>
              <th>{text.worked}</th>
              <th className="number">{text.duration}</th>
              <th className="number">{text.events}</th>
              <th className="number">{text.size}</th>
              <th>
                <span className="hidden">{text.open}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td>
                  {row.card ? (props.titles.get(row.card.id) ?? row.card.id) : text.ownWords}
                  {row.class === 'demonstration' && <span className="tag">{text.sample}</span>}
                </td>
                <td>{row.week}</td>
                <td>{row.worked === null ? text.unsaid : row.worked ? text.yes : text.no}</td>
                <td className="number">{durationInWords(row.durationMilliseconds)}</td>
                <td className="number">{row.counts.events.toLocaleString('en')}</td>
                <td className="number">{bytesInWords(row.bytes)}</td>
                <td className="number">
                  <button
                    type="button"
                    className="button plain"
                    aria-label={text.openOne(row.id.slice(0, 8))}
                    onClick={() => props.onOpen(row.id)}
                  >
                    {text.open}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {problem && (
        <p role="alert" className="notice danger">
          {problem}
        </p>
      )}
      {next && (
        <div className="buttons">
          <button type="button" className="button plain" onClick={more}>
            {text.more}
          </button>
        </div>
      )}
    </>
  );
}

/** Asks for the access first; only what its answer opens is read. */
function Opened(props: { id: string; onClose: () => void }): ReactNode {
  const { id } = props;
  const [loading, retry] = useLoaded(
    useCallback(async () => {
      const access = await client.open({ purpose: 'inspection', recordings: [id] });
      const recording = await openRecording({
        id,
        ...(await openedParts(access.access, 0)),
        deflate: webDeflate,
      });
      return { access: access.access, recording, ...(await readSteps(recording)) };
    }, [id]),
  );
  return (
    <>
      <h1>{text.one}</h1>
      <div className="buttons">
        <button type="button" className="button plain" onClick={props.onClose}>
          {text.close}
        </button>
      </div>
      <Loaded of={loading} retry={retry}>
        {({ access, recording, steps }) => (
          <>
            <p className="soft">{text.openNote(access.slice(0, 8))}</p>
            <ReplayView recording={recording} actions={steps} clock={clock} deflate={webDeflate} />
          </>
        )}
      </Loaded>
    </>
  );
}
