import type { Purpose } from './agreement.ts';

/**
 * May this be recorded? (T1, T5-T7, T14, T18.) One question, asked before anything is read: for every
 * origin, tab, frame and window, again for each signal, and again whenever `until` has passed.
 * A gate that can't check something denies; it never throws.
 */
export interface Gate {
  decide(context: GateContext): GateDecision;
}

export type GateContext = {
  /** Milliseconds since the epoch. */
  now: number;
  mode: 'task' | 'ambient';
  signal: 'pointer' | 'keys' | 'text' | 'states' | 'frames' | 'photographs';
  target: BrowserTarget | DesktopTarget;
  /** What it is for, when it is asked about one purpose; without it, any purpose that she agreed to will do. */
  purpose?: Purpose;
};

export type BrowserTarget = {
  kind: 'browser';
  /** Origin of the tab, as the browser serialises it: `https://erp.example:8443`, or `null` (opaque). */
  top: string;
  /** Origin of the frame asked about; the same as `top` for the top frame. */
  frame: string;
  private: boolean;
  window: 'normal' | 'popup' | 'devtools' | 'app' | 'other';
};

export type DesktopTarget = {
  kind: 'desktop';
  executable: string;
  windowClass: string;
};

export type GateDecision =
  /** `rule` names the part of the agreement that allows it; ask again at `until` (ms since the epoch). */
  | { allow: true; rule: string; until: number }
  /** `reason` is a sentence for the contributor. */
  | { allow: false; deny: DenyCode; reason: string };

export type DenyCode =
  | 'off'
  | 'no-agreement'
  | 'agreement-invalid'
  | 'agreement-not-yet-valid'
  | 'agreement-expired'
  | 'agreement-stale'
  | 'agreement-unsigned'
  | 'agreement-revoked'
  | 'agreement-suspended'
  | 'agreement-objected'
  | 'rules-unproved'
  | 'build-not-listed'
  | 'clock-wrong'
  | 'no-consent'
  | 'consent-lapsed'
  | 'consent-older-than-agreement'
  | 'new-since-consent'
  | 'not-on-list'
  | 'signal-not-agreed'
  | 'mode-not-agreed'
  | 'private-window'
  | 'never-recorded'
  | 'limit-reached'
  | 'check-failed';
