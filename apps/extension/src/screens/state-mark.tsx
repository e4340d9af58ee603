import { words } from '../messages/en.ts';
import type { RecorderView } from '../wire/panel-message.ts';

/** Shape, word and colour, the same wherever the state is shown. */
export function StateMark({ state }: { state: RecorderView['state'] }) {
  return (
    <span className={`state state-${state}`} role="status">
      <svg viewBox="0 0 14 14" aria-hidden="true">
        {state === 'recording' && <circle cx="7" cy="7" r="6" fill="currentColor" />}
        {state === 'paused' && <path d="M2.5 1h3v12h-3zM8.5 1h3v12h-3z" fill="currentColor" />}
        {state === 'ready' && (
          <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="2" />
        )}
        {state === 'off' && (
          <path
            d="M2.5 11.5l9-9M12 7A5 5 0 1 1 2 7a5 5 0 0 1 10 0z"
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
          />
        )}
      </svg>
      {words.state[state]}
    </span>
  );
}
