import type { ReactNode, Ref } from 'react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { MaskEdit, Rect } from './edit-list.ts';
import type { Messages } from './messages/en.ts';
import { drawOverlay, keysAt, type OverlayLook, pointerAt } from './overlay.ts';
import type { Player } from './player.ts';
import type { ReviewAction } from './review-action.ts';
import { usePlayerValue } from './use-player.ts';

export type ReplayStageProps = {
  player: Player | null;
  actions: readonly ReviewAction[];
  messages: Messages;
  /** Where the player puts its pages. */
  mountRef: Ref<HTMLDivElement>;
  masks?: readonly MaskEdit[];
  /** The node that is pointed at, or the rectangle that is being drawn. */
  picked?: number | null;
  drawn?: Rect | null;
  /** Handlers in CSS pixels of the recorded viewport; absent: the stage takes no pointer. */
  pointing?: StagePointing | null;
  children?: ReactNode;
};

export type StagePointing = {
  cursor: 'crosshair';
  move: (x: number, y: number) => void;
  down: (x: number, y: number) => void;
  up: (x: number, y: number) => void;
};

/** The replayed page, scaled to the room there is, with pointer, keys and outlines drawn over it. */
export function ReplayStage(props: ReplayStageProps) {
  const { player, messages, mountRef, pointing } = props;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [room, setRoom] = useState(0);
  /** Device pixels for a CSS pixel: the overlay is drawn sharp. */
  const [ratio, setRatio] = useState(1);
  const width = usePlayerValue(player, (state) => state.width);
  const height = usePlayerValue(player, (state) => state.height);
  const fault = usePlayerValue(player, (state) => state.fault);
  const surface = usePlayerValue(player, (state) => state.surface);
  const scale = width > 0 ? Math.min(1, room / width) : 0;
  const shownHeight = height > 0 ? Math.round(height * scale) : Math.round(room * 0.6);
  const latest = useRef(props);
  latest.current = props;

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      setRoom(element.clientWidth);
      setRatio(element.ownerDocument.defaultView?.devicePixelRatio || 1);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!player || !context) return;
    const draw = () => drawInstant(player, latest.current, context, scale * ratio);
    draw();
    return player.subscribe(draw);
  }, [player, scale, ratio]);
  // What is picked and masked changes without the player: draw again after such a change as well.
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (player && context) drawInstant(player, props, context, scale * ratio);
  });

  const at = (event: React.PointerEvent): [number, number] => {
    const box = event.currentTarget.getBoundingClientRect();
    return [(event.clientX - box.left) / scale, (event.clientY - box.top) / scale];
  };
  return (
    <div className="rv-stage" ref={frame} style={{ height: shownHeight || undefined }}>
      <div
        className="rv-pages"
        ref={mountRef}
        style={{ transform: `scale(${scale || 1})`, width: width || undefined, height: height || undefined }}
      />
      <canvas
        ref={canvas}
        className="rv-overlay"
        width={Math.round(width * scale * ratio)}
        height={Math.round(height * scale * ratio)}
        style={{
          width: Math.round(width * scale),
          height: Math.round(height * scale),
          cursor: pointing?.cursor,
          touchAction: pointing ? 'none' : undefined,
        }}
        onPointerMove={pointing ? (event) => pointing.move(...at(event)) : undefined}
        onPointerDown={
          pointing
            ? (event) => {
                event.currentTarget.setPointerCapture(event.pointerId);
                pointing.down(...at(event));
              }
            : undefined
        }
        onPointerUp={pointing ? (event) => pointing.up(...at(event)) : undefined}
      />
      <KeyCaption player={player} />
      <StretchNotice player={player} messages={messages} />
      {fault ? <p className="rv-notice rv-fault">{messages.replay.fault}</p> : null}
      {!fault && surface === null ? (
        <p className="rv-notice" role="status">
          {messages.replay.loading}
        </p>
      ) : null}
      {props.children}
    </div>
  );
}

function KeyCaption({ player }: { player: Player | null }) {
  const words = usePlayerValue(player, ({ t }) =>
    player ? keysAt(player.recentEvents(), t, player.ticksPerSecond).join('\n') : '',
  );
  if (words === '') return null;
  return (
    <p className="rv-keys">
      {words.split('\n').map((word, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a caption of at most four words, drawn anew
        <kbd key={i}>{word}</kbd>
      ))}
    </p>
  );
}

function StretchNotice({ player, messages }: { player: Player | null; messages: Messages }) {
  const why = usePlayerValue(player, ({ t }) => player?.index.stretchAt(t)?.why ?? null);
  if (why === null || why === 'quiet') return null;
  return <p className="rv-notice rv-gap">{messages.stretch[why as keyof Messages['stretch']]}</p>;
}

/** The step that is going on, or has just ended. */
export function stepAt(player: Player | null, actions: readonly ReviewAction[]): ReviewAction | null {
  if (!player) return null;
  const { t } = player.state;
  const begun = actions.filter((action) => action.from <= t);
  const last = begun.at(-1);
  return last && t <= last.to + 0.8 * player.ticksPerSecond ? last : null;
}

function drawInstant(
  player: Player,
  { actions, masks = [], picked = null, drawn = null }: ReplayStageProps,
  context: CanvasRenderingContext2D,
  scale: number,
): void {
  const { t, surface } = player.state;
  const { stage } = player;
  const rectOf = (node: number | null | undefined) => (node == null ? null : (stage?.rect(node) ?? null));
  const step = stepAt(player, actions);
  const focus = player.index.focus(t);
  const moving = pointerAt(player.recentEvents(), t, player.ticksPerSecond, player.index.place(t));
  stage?.hover(player.state.playing ? moving.pointer : null);
  const masked: Rect[] = [];
  for (const mask of masks) {
    if (mask.surface !== surface) continue;
    // An element is closed for as long as it lives, whatever the range (REV20).
    const rect = mask.kind === 'element' ? rectOf(mask.node) : inRange(mask, t) ? mask.rect : null;
    if (rect) masked.push(rect);
  }
  drawOverlay(
    context,
    {
      ...moving,
      target: step?.surface === surface ? rectOf(step?.node) : null,
      focus: focus?.surface === surface ? rectOf(focus?.node) : null,
      picked: drawn ?? rectOf(picked),
      masked,
    },
    scale,
    LOOK,
  );
}

function inRange(range: { from: number; to: number }, t: number): boolean {
  return range.from <= t && t < range.to;
}

/** The recorded page has colours of its own; these stand out on light and dark alike by their edge. */
const LOOK: OverlayLook = {
  pointer: '#111714',
  pointerEdge: '#ffffff',
  trail: '#0b7a6e',
  target: '#b25d00',
  focus: '#0b5a52',
  picked: '#a01c2c',
  mask: '#3a4541',
  maskEdge: '#cdd3cf',
};
