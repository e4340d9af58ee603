import type { Deflate } from '@aboveboard/protocol/part';
import type { OpenedRecording } from '@aboveboard/protocol/recording-reader';
import { useEffect, useState } from 'react';
import { en, type Messages } from './messages/en.ts';
import type { PlayerClock } from './player-clock.ts';
import { ReplayStage } from './replay-stage.tsx';
import type { ReviewAction } from './review-action.ts';
import { StepList } from './step-list.tsx';
import { Timeline } from './timeline.tsx';
import { Transport } from './transport.tsx';
import { usePlayer } from './use-player.ts';

export type ReplayViewProps = {
  recording: OpenedRecording;
  actions: readonly ReviewAction[];
  clock: PlayerClock;
  deflate: Deflate;
  messages?: Messages;
};

/** A recording to look at and nothing else: for what was released, on the pages that a server serves. */
export function ReplayView({ recording, actions, clock, deflate, messages = en }: ReplayViewProps) {
  const [mount, setMount] = useState<HTMLDivElement | null>(null);
  const [skipping, setSkipping] = useState(true);
  const player = usePlayer(recording, mount, clock, deflate, messages.replay.title);
  const { durationTicks, tickMicroseconds } = recording.manifest.clock;
  const ticksPerSecond = 1_000_000 / tickMicroseconds;
  useEffect(() => {
    if (player) player.skip = skipping ? (t) => player.index.stretchAt(t)?.to ?? null : null;
  }, [player, skipping]);
  const shared = { player, actions, durationTicks, ticksPerSecond, messages };
  return (
    <div className="rv rv-view">
      <section className="rv-replay" aria-label={messages.replay.region}>
        <ReplayStage {...shared} mountRef={setMount} />
        <Transport {...shared} skipping={skipping} onSkipping={setSkipping} />
        <Timeline {...shared} />
      </section>
      <StepList {...shared} />
    </div>
  );
}
