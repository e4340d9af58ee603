import type { Deflate } from '@aboveboard/protocol/part';
import type { OpenedRecording } from '@aboveboard/protocol/recording-reader';
import { type KeyboardEvent, useCallback, useEffect, useId, useReducer, useRef, useState } from 'react';
import { ChangeList } from './change-list.tsx';
import { commandOf, type DeskCommand } from './desk-keys.ts';
import { beginDesk, type DeskAct, type DeskState, desk } from './desk-state.ts';
import { type EditList, editsSaying } from './edit-list.ts';
import { EditTools } from './edit-tools.tsx';
import { timeText } from './format.ts';
import { LeavePanel } from './leave-panel.tsx';
import { MaskRules } from './mask-rules.tsx';
import { en, type Messages } from './messages/en.ts';
import { type PickDirection, pickMiddle, pickNext } from './picking.ts';
import type { Player } from './player.ts';
import type { PlayerClock } from './player-clock.ts';
import { ReplayStage, stepAt } from './replay-stage.tsx';
import type { ReviewAction } from './review-action.ts';
import { StepList } from './step-list.tsx';
import { TaskForm } from './task-form.tsx';
import { Timeline } from './timeline.tsx';
import { Transport, toStep } from './transport.tsx';
import { type ApplyAndMeasure, useMeasure } from './use-measure.ts';
import { usePlayer, usePlayerValue } from './use-player.ts';
import { maskRange, pick, usePointing } from './use-pointing.ts';

export type ReviewDeskProps = {
  recording: OpenedRecording;
  actions: readonly ReviewAction[];
  clock: PlayerClock;
  deflate: Deflate;
  /** Edits that were kept before. */
  edits?: EditList;
  /** Called after each change, so that the host can keep them. */
  onEdits?: (edits: EditList) => void;
  /**
   * Applies the edits (apply-edits) under a fresh id and key and measures the result (leaving). The host
   * keeps the last result: it is what `onRelease` releases. Must stay the same function between draws.
   */
  apply: ApplyAndMeasure;
  onDiscard: () => void;
  onKeep: (edits: EditList) => void;
  /** Only called when the last result was measured on exactly these edits. */
  onRelease: (edits: EditList) => void;
  /** How long a release rests on the device, in words: `seven days`. */
  restingTime: string;
  /** A masking rule in plain words. */
  ruleWords: (rule: string) => string;
  messages?: Messages;
};

/**
 * Where a contributor sees her recording, changes it and decides (T10; spec/review.md). Belongs on a page of
 * the device itself: an unreviewed recording is never loaded in a page that a server serves (REV32).
 */
export function ReviewDesk(props: ReviewDeskProps) {
  const { recording, actions, clock, deflate, apply, onEdits, ruleWords, messages = en } = props;
  const { durationTicks, tickMicroseconds } = recording.manifest.clock;
  const ticksPerSecond = 1_000_000 / tickMicroseconds;
  const [mount, setMount] = useState<HTMLDivElement | null>(null);
  const player = usePlayer(recording, mount, clock, deflate, messages.replay.title);
  const [state, act] = useReducer(desk, props.edits ?? editsSaying(recording.manifest.outcome), beginDesk);
  const [skipping, setSkipping] = useState(true);
  const edits = state.history.present;
  const { measure, again } = useMeasure(player, edits, apply, messages);

  const first = useRef(edits);
  useEffect(() => {
    if (edits !== first.current) onEdits?.(edits);
  }, [edits, onEdits]);
  useEffect(() => {
    if (player) player.skip = (t) => skipTarget(player, edits, skipping, t);
  }, [player, edits, skipping]);

  const maskNode = useCallback(
    (node: number | null, surface: number | null) => {
      if (node === null || surface === null) return;
      const { from, to } = maskRange(state, 0, durationTicks + 1);
      act({ do: 'mask', mask: { kind: 'element', surface, node, from, to } });
    },
    [state, durationTicks],
  );
  const run = (command: DeskCommand) => {
    if (player) runCommand(command, { player, actions, state, act, maskNode });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.defaultPrevented) return;
    const command = commandOf({ ...pickKey(event), target: event.target }, state.mode === 'element');
    if (!command) return;
    event.preventDefault();
    run(command);
  };
  const pointing = usePointing(player, state, act, maskNode);
  const target = usePlayerValue(player, () => stepAt(player, actions)?.node ?? null);
  const shared = { player, actions, durationTicks, ticksPerSecond, messages };
  return (
    <div className="rv rv-desk">
      <section className="rv-replay" aria-label={messages.replay.region} onKeyDown={onKeyDown}>
        <ReplayStage
          {...shared}
          mountRef={setMount}
          masks={edits.masks}
          picked={state.picked}
          drawn={state.drawn}
          pointing={pointing}
        />
        <Transport {...shared} skipping={skipping} onSkipping={setSkipping} />
        <Timeline {...shared} edits={edits} marks={state.marks} />
        <section className="rv-card" aria-label={messages.tools.region}>
          <EditTools
            state={state}
            act={act}
            now={() => player?.state.t ?? 0}
            canMaskTarget={target !== null}
            onMaskTarget={() => {
              const step = stepAt(player, actions);
              maskNode(step?.node ?? null, step?.surface ?? null);
            }}
            ticksPerSecond={ticksPerSecond}
            messages={messages}
          />
        </section>
        <Shortcuts messages={messages} />
        <p className="rv-hidden" role="status">
          {saidWords(state, ticksPerSecond, messages)}
        </p>
      </section>
      <div className="rv-side">
        <TaskForm task={recording.manifest.task} edits={edits} act={act} messages={messages} />
        <ChangeList
          edits={edits}
          act={act}
          onShow={(t) => void player?.seek(t)}
          ticksPerSecond={ticksPerSecond}
          messages={messages}
        />
        <StepList
          {...shared}
          edits={edits}
          onReason={(action, text) => act({ do: 'reason', action, text })}
        />
        <MaskRules masks={recording.manifest.masks} ruleWords={ruleWords} messages={messages} />
      </div>
      <LeavePanel
        measure={measure}
        onAgain={again}
        onDiscard={props.onDiscard}
        onKeep={() => props.onKeep(edits)}
        onRelease={() => props.onRelease(edits)}
        restingTime={props.restingTime}
        ruleWords={ruleWords}
        messages={messages}
      />
    </div>
  );
}

function Shortcuts({ messages }: { messages: Messages }) {
  const title = useId();
  return (
    <section className="rv-card" aria-labelledby={title}>
      <h2 id={title}>{messages.shortcuts.title}</h2>
      <p className="rv-help">{messages.shortcuts.where}</p>
      <dl className="rv-shortcuts">
        {messages.shortcuts.list.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

type Running = {
  player: Player;
  actions: readonly ReviewAction[];
  state: DeskState;
  act: (act: DeskAct) => void;
  maskNode: (node: number | null, surface: number | null) => void;
};

function runCommand(command: DeskCommand, { player, actions, state, act, maskNode }: Running): void {
  const { t, playing, surface } = player.state;
  const second = player.ticksPerSecond;
  const commands: Partial<Record<DeskCommand, () => void>> = {
    play: () => (playing ? player.pause() : player.play()),
    'second-back': () => void player.seek(t - second),
    'second-on': () => void player.seek(t + second),
    'step-back': () => toStep(player, actions, -1),
    'step-on': () => toStep(player, actions, 1),
    from: () => act({ do: 'from', t }),
    to: () => act({ do: 'to', t }),
    cut: () => act({ do: 'cut' }),
    undo: () => act({ do: 'undo' }),
    redo: () => act({ do: 'redo' }),
    stop: () => act({ do: 'mode', mode: 'look' }),
    mask: () => {
      player.pause();
      act({ do: 'mode', mode: 'element' });
      pick(player, act, stepAt(player, actions)?.node ?? (player.stage && pickMiddle(player.stage)));
    },
    'pick-this': () => maskNode(state.picked, surface),
  };
  const run = commands[command] ?? (() => pickOn(command.slice('pick-'.length) as PickDirection));
  run();

  function pickOn(direction: PickDirection): void {
    if (!player.stage || state.picked === null) return;
    pick(player, act, pickNext(player.stage, state.picked, direction) ?? state.picked);
  }
}

/** Playing goes over what will be cut, and over what holds nothing where that is wished. */
function skipTarget(player: Player, edits: EditList, skipping: boolean, t: number): number | null {
  const cut = edits.cuts.find(({ from, to }) => from <= t && t < to);
  if (cut) return cut.to;
  return skipping ? (player.index.stretchAt(t)?.to ?? null) : null;
}

function pickKey({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent) {
  return { key, shiftKey, ctrlKey, metaKey, altKey };
}

function saidWords({ said }: DeskState, ticksPerSecond: number, { changes }: Messages): string {
  if (!said) return '';
  const time = (t: number) => timeText(t, ticksPerSecond, true);
  switch (said.of) {
    case 'cut':
      return changes.madeCut(time(said.from), time(said.to));
    case 'mask':
      return changes.madeMask;
    case 'undo':
      return changes.undone;
    case 'redo':
      return changes.redone;
    case 'picked':
      return changes.picked(said.tag);
  }
}
