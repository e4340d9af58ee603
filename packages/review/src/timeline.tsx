import { useEffect, useRef, useState } from 'react';
import type { EditList } from './edit-list.ts';
import type { Stretch } from './event-index.ts';
import { timeText } from './format.ts';
import type { Messages } from './messages/en.ts';
import type { Player } from './player.ts';
import type { ReviewAction } from './review-action.ts';
import { usePlayerValue } from './use-player.ts';

export type TimelineProps = {
  player: Player | null;
  durationTicks: number;
  ticksPerSecond: number;
  actions: readonly ReviewAction[];
  edits?: EditList;
  /** Begin and end that are set for a cut that is not made yet. */
  marks?: { from: number | null; to: number | null };
  messages: Messages;
};

const ZOOMS = [1, 2, 4, 8, 16, 32, 64];

/**
 * The recording from left to right, as a slider. Steps, gaps, cuts and masks are told apart by height and
 * pattern and not by colour alone.
 */
export function Timeline(props: TimelineProps) {
  const { player, durationTicks, ticksPerSecond, actions, edits, marks, messages } = props;
  const [zoom, setZoom] = useState(1);
  const track = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const second = usePlayerValue(player, ({ t }) => Math.floor(t / ticksPerSecond));
  const read = usePlayerValue(player, (state) => Math.floor(state.read * 20));
  const span = durationTicks / zoom;
  const [left, setLeft] = useState(0);
  const from = Math.min(left, Math.max(0, durationTicks - span));

  // The present stays in sight: the window turns like a page when it leaves.
  const now = second * ticksPerSecond;
  useEffect(() => {
    if (now < from || now > from + span)
      setLeft(Math.max(0, Math.min(now - span * 0.1, durationTicks - span)));
  }, [now, from, span, durationTicks]);

  // The playhead moves with every picture, and the component is not drawn again for it.
  useEffect(() => {
    if (!player) return;
    const place = () => {
      if (head.current) head.current.style.insetInlineStart = `${((player.state.t - from) / span) * 100}%`;
    };
    place();
    return player.subscribe(place);
  }, [player, from, span]);

  const zoomTo = (next: number) => {
    const t = player?.state.t ?? 0;
    setZoom(next);
    setLeft(Math.max(0, Math.min(t - durationTicks / next / 2, durationTicks - durationTicks / next)));
  };
  const seekTo = (event: React.PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    if (!box || !player) return;
    const share = (event.clientX - box.left) / box.width;
    const isRtl = getComputedStyle(event.currentTarget).direction === 'rtl';
    void player.seek(from + (isRtl ? 1 - share : share) * span);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const t = player?.state.t ?? 0;
    const target = {
      ArrowUp: t + ticksPerSecond,
      ArrowDown: t - ticksPerSecond,
      PageUp: t + 10 * ticksPerSecond,
      PageDown: t - 10 * ticksPerSecond,
      Home: 0,
      End: durationTicks,
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    void player?.seek(target);
  };
  const stretches = read >= 2 ? (player?.index.stretches ?? []) : [];
  const place = (a: number, b: number) => ({
    x: `${((a - from) / span) * 100}%`,
    width: `${Math.max(0.15, ((b - a) / span) * 100)}%`,
  });
  const visible = <T extends { from: number; to: number }>(list: readonly T[]) =>
    list.filter((one) => one.to >= from && one.from <= from + span);
  const zoomIndex = ZOOMS.indexOf(zoom);
  return (
    <div className="rv-timeline">
      <div
        ref={track}
        className="rv-track"
        role="slider"
        tabIndex={0}
        aria-label={messages.timeline.label}
        aria-valuemin={0}
        aria-valuemax={Math.round(durationTicks / ticksPerSecond)}
        aria-valuenow={second}
        aria-valuetext={messages.timeline.position(
          timeText(now, ticksPerSecond),
          timeText(durationTicks, ticksPerSecond),
        )}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          seekTo(event);
        }}
        onPointerMove={(event) => {
          if (event.buttons & 1) seekTo(event);
        }}
      >
        <svg className="rv-marks" aria-hidden="true" focusable="false">
          <defs>
            <pattern id="rv-stripes" width="6" height="6" patternUnits="userSpaceOnUse">
              <path d="M0 6 L6 0" className="rv-stripe" />
            </pattern>
          </defs>
          {visible(stretches).map((stretch) => (
            <rect
              key={`${stretch.from}-${stretch.why}`}
              {...place(stretch.from, stretch.to)}
              y="0"
              height="100%"
              className={stretchClass(stretch)}
            />
          ))}
          {visible(actions).map((action) => (
            <rect
              key={action.index}
              {...place(action.from, action.to)}
              y="38%"
              height="34%"
              className="rv-mark-step"
            />
          ))}
          {visible(edits?.masks ?? []).map((mask, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: masks have no other name than their place
            <rect key={i} {...place(mask.from, mask.to)} y="80%" height="14%" className="rv-mark-mask" />
          ))}
          {visible(edits?.cuts ?? []).map((cut) => (
            <rect key={cut.from} {...place(cut.from, cut.to)} y="0" height="100%" className="rv-mark-cut" />
          ))}
          {visible(edits?.cuts ?? []).map((cut) => (
            <rect
              key={`stripes-${cut.from}`}
              {...place(cut.from, cut.to)}
              y="0"
              height="100%"
              fill="url(#rv-stripes)"
            />
          ))}
          {marks?.from != null || marks?.to != null ? (
            <rect
              {...place(marks.from ?? marks.to ?? 0, marks.to ?? marks.from ?? 0)}
              y="0"
              height="100%"
              className="rv-mark-range"
            />
          ) : null}
        </svg>
        <div ref={head} className="rv-playhead" />
      </div>
      <div className="rv-scale">
        <span>{timeText(from, ticksPerSecond)}</span>
        <span className="rv-zoom">
          <button
            type="button"
            className="rv-icon"
            aria-label={messages.timeline.zoomOut}
            title={messages.timeline.zoomOut}
            disabled={zoomIndex === 0}
            onClick={() => zoomTo(ZOOMS[zoomIndex - 1] ?? 1)}
          >
            −
          </button>
          <button
            type="button"
            className="rv-icon"
            aria-label={messages.timeline.zoomIn}
            title={messages.timeline.zoomIn}
            disabled={zoomIndex === ZOOMS.length - 1}
            onClick={() => zoomTo(ZOOMS[zoomIndex + 1] ?? 64)}
          >
            +
          </button>
        </span>
        <span>{timeText(from + span, ticksPerSecond)}</span>
      </div>
      <ul className="rv-legend" aria-label={messages.timeline.legend}>
        <li className="rv-legend-step">{messages.timeline.step}</li>
        <li className="rv-legend-gap">{messages.timeline.gap}</li>
        <li className="rv-legend-quiet">{messages.timeline.quiet}</li>
        {edits ? <li className="rv-legend-cut">{messages.timeline.cut}</li> : null}
        {edits ? <li className="rv-legend-mask">{messages.timeline.mask}</li> : null}
      </ul>
    </div>
  );
}

function stretchClass(stretch: Stretch): string {
  return stretch.why === 'quiet' ? 'rv-mark-quiet' : 'rv-mark-gap';
}
