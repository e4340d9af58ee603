import type { DeskAct, DeskState } from './desk-state.ts';
import { timeText } from './format.ts';
import type { Messages } from './messages/en.ts';

/** Cut, mask, undo: the tools that change the recording, each with what it does. */
export function EditTools({
  state,
  act,
  now,
  canMaskTarget,
  onMaskTarget,
  ticksPerSecond,
  messages,
}: {
  state: DeskState;
  act: (act: DeskAct) => void;
  /** The present, read when a button is pressed. */
  now: () => number;
  canMaskTarget: boolean;
  onMaskTarget: () => void;
  ticksPerSecond: number;
  messages: Messages;
}) {
  const { tools } = messages;
  const { history, marks, mode } = state;
  const time = (t: number) => timeText(t, ticksPerSecond, true);
  const edits = history.present;
  return (
    <div className="rv-tools">
      <fieldset>
        <legend>{tools.cutTitle}</legend>
        <p className="rv-help">{tools.cutHelp}</p>
        <div className="rv-row">
          <button type="button" className="rv-button" onClick={() => act({ do: 'from', t: now() })}>
            {marks.from === null ? tools.from : tools.fromAt(time(marks.from))}
          </button>
          <button type="button" className="rv-button" onClick={() => act({ do: 'to', t: now() })}>
            {marks.to === null ? tools.to : tools.toAt(time(marks.to))}
          </button>
          <button
            type="button"
            className="rv-button rv-primary"
            disabled={marks.from === null || marks.to === null}
            onClick={() => act({ do: 'cut' })}
          >
            {tools.cut}
          </button>
          {marks.from !== null || marks.to !== null ? (
            <button type="button" className="rv-link" onClick={() => act({ do: 'clear-marks' })}>
              {tools.clear}
            </button>
          ) : null}
        </div>
        {edits.cuts.length > 0 ? (
          <label className="rv-field-inline">
            {tools.timeTitle}
            <select
              value={edits.cutTime}
              onChange={(event) =>
                act({ do: 'cut-time', cutTime: event.target.value === 'remove' ? 'remove' : 'keep' })
              }
            >
              <option value="keep">{tools.timeKeep}</option>
              <option value="remove">{tools.timeRemove}</option>
            </select>
          </label>
        ) : null}
      </fieldset>
      <fieldset>
        <legend>{tools.maskTitle}</legend>
        <p className="rv-help">
          {mode === 'element' ? tools.pointing : mode === 'rectangle' ? tools.drawing : tools.maskHelp}
        </p>
        <div className="rv-row">
          <button
            type="button"
            className="rv-button"
            aria-pressed={mode === 'element'}
            onClick={() => act({ do: 'mode', mode: mode === 'element' ? 'look' : 'element' })}
          >
            {tools.maskElement}
          </button>
          <button
            type="button"
            className="rv-button"
            aria-pressed={mode === 'rectangle'}
            onClick={() => act({ do: 'mode', mode: mode === 'rectangle' ? 'look' : 'rectangle' })}
          >
            {tools.maskRectangle}
          </button>
          <button type="button" className="rv-button" disabled={!canMaskTarget} onClick={onMaskTarget}>
            {tools.maskTarget}
          </button>
        </div>
      </fieldset>
      <div className="rv-row">
        <button
          type="button"
          className="rv-button"
          disabled={history.past.length === 0}
          onClick={() => act({ do: 'undo' })}
        >
          {tools.undo}
        </button>
        <button
          type="button"
          className="rv-button"
          disabled={history.future.length === 0}
          onClick={() => act({ do: 'redo' })}
        >
          {tools.redo}
        </button>
      </div>
    </div>
  );
}
