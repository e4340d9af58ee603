import { beginHistory, change, type EditHistory, redo, undo } from './edit-history.ts';
import {
  type EditList,
  type MaskEdit,
  type Rect,
  withCut,
  withMask,
  withoutCut,
  withoutMask,
  withReason,
} from './edit-list.ts';

/** What the desk shows beside the replay: edits with their past, the marks of a cut, what is being masked. */
export type DeskState = {
  history: EditHistory;
  marks: { from: number | null; to: number | null };
  mode: 'look' | 'element' | 'rectangle';
  picked: number | null;
  drawn: Rect | null;
  /** What was just done, for those who hear the page. */
  said: Said | null;
};

export type Said =
  | { of: 'cut'; from: number; to: number }
  | { of: 'mask' }
  | { of: 'undo' }
  | { of: 'redo' }
  | { of: 'picked'; tag: string };

export type DeskAct =
  | { do: 'from'; t: number }
  | { do: 'to'; t: number }
  | { do: 'clear-marks' }
  | { do: 'cut' }
  | { do: 'uncut'; index: number }
  | { do: 'mode'; mode: DeskState['mode'] }
  | { do: 'pick'; node: number | null; tag: string }
  | { do: 'draw'; rect: Rect | null }
  | { do: 'mask'; mask: MaskEdit }
  | { do: 'unmask'; index: number }
  | { do: 'task'; text: string | null }
  | { do: 'worked'; worked: boolean | null }
  | { do: 'reason'; action: number; text: string }
  | { do: 'cut-time'; cutTime: EditList['cutTime'] }
  | { do: 'undo' }
  | { do: 'redo' };

export function beginDesk(edits?: EditList): DeskState {
  return {
    history: beginHistory(edits),
    marks: { from: null, to: null },
    mode: 'look',
    picked: null,
    drawn: null,
    said: null,
  };
}

export function desk(state: DeskState, act: DeskAct): DeskState {
  const edits = state.history.present;
  const changed = (next: EditList, some: Partial<DeskState> = {}): DeskState => ({
    ...state,
    history: change(state.history, next),
    ...some,
  });
  switch (act.do) {
    case 'from': {
      const { to } = state.marks;
      return { ...state, marks: { from: act.t, to: to !== null && to > act.t ? to : null } };
    }
    case 'to': {
      const { from } = state.marks;
      return { ...state, marks: { from: from !== null && from < act.t ? from : null, to: act.t } };
    }
    case 'clear-marks':
      return { ...state, marks: { from: null, to: null } };
    case 'cut': {
      const { from, to } = state.marks;
      if (from === null || to === null) return state;
      const marks = { from: null, to: null };
      return changed(withCut(edits, { from, to }), { marks, said: { of: 'cut', from, to } });
    }
    case 'uncut':
      return changed(withoutCut(edits, act.index));
    case 'mode':
      return { ...state, mode: act.mode, picked: null, drawn: null };
    case 'pick':
      return {
        ...state,
        picked: act.node,
        said: act.node === null ? null : { of: 'picked', tag: act.tag },
      };
    case 'draw':
      return { ...state, drawn: act.rect };
    case 'mask':
      return changed(withMask(edits, act.mask), {
        mode: 'look',
        picked: null,
        drawn: null,
        said: { of: 'mask' },
      });
    case 'unmask':
      return changed(withoutMask(edits, act.index));
    case 'task':
      return changed({ ...edits, task: act.text });
    case 'worked':
      return changed({ ...edits, worked: act.worked });
    case 'reason':
      return changed(withReason(edits, act.action, act.text));
    case 'cut-time':
      return changed({ ...edits, cutTime: act.cutTime });
    case 'undo':
      return { ...state, history: undo(state.history), said: { of: 'undo' } };
    case 'redo':
      return { ...state, history: redo(state.history), said: { of: 'redo' } };
  }
}
