import type { Deflate } from '@aboveboard/protocol/part';
import type { OpenedRecording } from '@aboveboard/protocol/recording-reader';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Player, type PlayerState } from './player.ts';
import type { PlayerClock } from './player-clock.ts';

/** A player in `mount` for as long as the component and the recording live; null before. */
export function usePlayer(
  recording: OpenedRecording,
  mount: HTMLElement | null,
  clock: PlayerClock,
  deflate: Deflate,
  title: string,
): Player | null {
  const [player, setPlayer] = useState<Player | null>(null);
  useEffect(() => {
    if (!mount) return;
    const made = new Player({ recording, mount, clock, deflate, title });
    setPlayer(made);
    return () => {
      setPlayer(null);
      made.destroy();
    };
  }, [recording, mount, clock, deflate, title]);
  return player;
}

const NOTHING: PlayerState = {
  t: 0,
  playing: false,
  speed: 1,
  surface: null,
  width: 0,
  height: 0,
  read: 0,
  fault: null,
};
const noSubscription = () => () => undefined;
const nothing = () => NOTHING;

/**
 * A value of the player's state. Draws the component again only when it changes; so a time should be
 * rounded, because it changes with every picture.
 */
export function usePlayerValue<T extends string | number | boolean | null | Error>(
  player: Player | null,
  pick: (state: PlayerState) => T,
): T {
  const read = player ? player.getState : nothing;
  return useSyncExternalStore(player ? player.subscribe : noSubscription, () => pick(read()));
}
