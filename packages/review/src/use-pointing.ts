import { useRef } from 'react';
import type { DeskAct, DeskState } from './desk-state.ts';
import { pickAt, rectBetween, tagOf } from './picking.ts';
import type { Player } from './player.ts';
import type { StagePointing } from './replay-stage.tsx';

/** What the pointer does on the page: points at elements, or draws a rectangle. */
export function usePointing(
  player: Player | null,
  state: DeskState,
  act: (act: DeskAct) => void,
  maskNode: (node: number | null, surface: number | null) => void,
): StagePointing | null {
  /** Where the rectangle that is being drawn began. */
  const began = useRef<{ x: number; y: number } | null>(null);
  if (!player) return null;
  const at = (x: number, y: number) => (player.stage ? pickAt(player.stage, x, y) : null);
  if (state.mode === 'element') {
    return {
      cursor: 'crosshair',
      move: (x, y) => {
        const node = at(x, y);
        if (node !== state.picked) pick(player, act, node);
      },
      down: () => player.pause(),
      up: (x, y) => maskNode(at(x, y), player.state.surface),
    };
  }
  if (state.mode !== 'rectangle') return null;
  return {
    cursor: 'crosshair',
    down: (x, y) => {
      player.pause();
      began.current = { x, y };
    },
    move: (x, y) => {
      if (began.current) act({ do: 'draw', rect: rectBetween(began.current, { x, y }, player.state) });
    },
    up: (x, y) => {
      const rect = began.current && rectBetween(began.current, { x, y }, player.state);
      began.current = null;
      const { surface } = player.state;
      act({ do: 'draw', rect: null });
      if (!rect || surface === null) return;
      const page = player.index.pageAround(surface, player.state.t, player.durationTicks + 1);
      act({
        do: 'mask',
        mask: { kind: 'rectangle', surface, rect, ...maskRange(state, page.from, page.to) },
      });
    },
  };
}

/** Marks an element as the one that is pointed at. */
export function pick(player: Player, act: (act: DeskAct) => void, node: number | null): void {
  act({ do: 'pick', node, tag: node !== null && player.stage ? tagOf(player.stage, node) : '' });
}

/** The marks where both are set; else the whole of what was asked for. */
export function maskRange({ marks }: DeskState, from: number, to: number): { from: number; to: number } {
  return marks.from !== null && marks.to !== null ? { from: marks.from, to: marks.to } : { from, to };
}
