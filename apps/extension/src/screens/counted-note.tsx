import { words as all } from '../messages/en.ts';
import type { CountedView, VoiceIssueView } from '../wire/voice-message.ts';
import { timeWords } from './rules-section.tsx';

const say = all.voice;

/** What was counted, as far as this device has checked it, and whether hers is in it. */
export function CountedNote({ issue }: { issue: VoiceIssueView }) {
  const { counted } = issue;
  if (!counted) {
    const words =
      issue.kind === 'objection'
        ? say.counting(timeWords(issue.nextCount))
        : say.notClosed(timeWords(issue.closes));
    return <p className="soft">{words}</p>;
  }
  if (counted.faulty) return <p className="note note-fault">{say.faulty}</p>;
  const at = timeWords(counted.at);
  return (
    <div className="stack">
      <p>
        {issue.kind === 'objection'
          ? say.countedAt(counted.said, issue.issued, at)
          : say.ballots(counted.said, at)}
      </p>
      {issue.kind === 'election' && <p>{counted.elected ? say.elected(counted.elected) : say.nobody}</p>}
      <Own counted={counted} kind={issue.kind} />
      <p className="soft small">{checkWords(issue.kind, counted)}</p>
    </div>
  );
}

/** An objection that was said after the list was made stands in the next; of a ballot there is only one list. */
function Own({ counted, kind }: { counted: CountedView; kind: VoiceIssueView['kind'] }) {
  if (counted.own === 'none') return null;
  if (counted.own === 'found') return <p className="note">{say.found}</p>;
  return counted.waits && kind === 'objection' ? (
    <p className="soft">{say.countLater}</p>
  ) : (
    <p className="note note-fault">{say.missing}</p>
  );
}

function checkWords(kind: VoiceIssueView['kind'], { entry }: CountedView): string {
  if (kind === 'election') return say.checked;
  return entry === null ? say.notInLog : say.inLog(entry);
}
