import { words } from '../messages/en.ts';
import type { Fault } from './recorder-link.ts';

export function FaultNote({ fault }: { fault: Fault | null }) {
  return (
    <div role="alert">
      {fault && (
        <div className="note note-fault">
          <p>{words.faults[fault.key]}</p>
          {fault.detail && <p>{fault.detail}</p>}
        </div>
      )}
    </div>
  );
}
