import { timeText } from './format.ts';
import type { Messages } from './messages/en.ts';
import { type Player, SPEEDS } from './player.ts';
import type { ReviewAction } from './review-action.ts';
import { usePlayerValue } from './use-player.ts';

/** Play and pause, steps, speed, time. */
export function Transport({
  player,
  actions,
  durationTicks,
  ticksPerSecond,
  skipping,
  onSkipping,
  messages,
}: {
  player: Player | null;
  actions: readonly ReviewAction[];
  durationTicks: number;
  ticksPerSecond: number;
  skipping: boolean;
  onSkipping: (skipping: boolean) => void;
  messages: Messages;
}) {
  const playing = usePlayerValue(player, (state) => state.playing);
  const speed = usePlayerValue(player, (state) => state.speed);
  const tenth = usePlayerValue(player, ({ t }) => Math.floor((t / ticksPerSecond) * 10));
  const read = usePlayerValue(player, (state) => Math.round(state.read * 100));
  return (
    <div className="rv-transport">
      <button type="button" className="rv-button" onClick={() => toStep(player, actions, -1)}>
        <Icon d="M5 4v12M16 4l-8 6 8 6z" />
        <span className="rv-hidden">{messages.replay.previousStep}</span>
      </button>
      <button
        type="button"
        className="rv-button rv-primary rv-play"
        onClick={() => (playing ? player?.pause() : player?.play())}
      >
        {playing ? messages.replay.pause : messages.replay.play}
      </button>
      <button type="button" className="rv-button" onClick={() => toStep(player, actions, 1)}>
        <Icon d="M15 4v12M4 4l8 6-8 6z" />
        <span className="rv-hidden">{messages.replay.nextStep}</span>
      </button>
      <span className="rv-time">
        {timeText((tenth / 10) * ticksPerSecond, ticksPerSecond, true)}{' '}
        <span className="rv-soft">/ {timeText(durationTicks, ticksPerSecond)}</span>
      </span>
      <label className="rv-field-inline">
        {messages.replay.speed}
        <select value={speed} onChange={(event) => player?.setSpeed(Number(event.target.value))}>
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {messages.replay.times(one)}
            </option>
          ))}
        </select>
      </label>
      <label className="rv-check">
        <input type="checkbox" checked={skipping} onChange={(event) => onSkipping(event.target.checked)} />
        {messages.replay.skip}
      </label>
      {read < 100 ? <span className="rv-soft">{messages.replay.reading(read)}</span> : null}
    </div>
  );
}

function Icon({ d }: { d: string }) {
  return (
    <svg className="rv-glyph" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={d} />
    </svg>
  );
}

/** Shows where the next or previous step begins. */
export function toStep(player: Player | null, actions: readonly ReviewAction[], by: 1 | -1): void {
  if (!player) return;
  const { t } = player.state;
  const target =
    by > 0 ? actions.find((action) => action.from > t) : actions.findLast((action) => action.from < t);
  if (target) void player.seek(target.from);
}
