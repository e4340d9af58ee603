import type { AgreedApp, AgreedDesktopApp, Agreement } from './agreement.ts';
import type { BrowserTarget, DenyCode, DesktopTarget } from './gate.ts';
import { neverRecordedOrigin, neverRecordedProgram } from './never-recorded.ts';

/** An application of the agreement, of the web or of the desktop. */
export type ListedApp = AgreedApp | AgreedDesktopApp;

/** What is denied here whatever an agreement says (GATE5, GATE6). */
export function neverHere(target: BrowserTarget | DesktopTarget): DenyCode | undefined {
  if (target.kind === 'browser') {
    if (target.private !== false) return 'private-window';
    if (!RECORDED_WINDOWS.includes(target.window)) return 'never-recorded';
    const { top, frame } = target;
    if (neverRecordedOrigin(top) || (frame !== top && neverRecordedOrigin(frame))) return 'never-recorded';
    return undefined;
  }
  if (target.kind !== 'desktop') return 'check-failed';
  return neverRecordedProgram(target.executable, target.windowClass) ? 'never-recorded' : undefined;
}
const RECORDED_WINDOWS: readonly string[] = ['normal', 'popup', 'app'];

/** The listed applications that must all agree; null when the place, or the frame in it, is not listed. */
export function appsAt(agreement: Agreement, target: BrowserTarget | DesktopTarget): ListedApp[] | null {
  return target.kind === 'browser' ? appsOfPage(agreement, target) : appsOfWindow(agreement, target);
}

/** The listed application of the page and that of the frame in it; both must be there and both must agree. */
function appsOfPage(agreement: Agreement, { top, frame }: BrowserTarget): ListedApp[] | null {
  const outer = agreement.apps.find((app) => app.origins.includes(top));
  const inner = frame === top ? outer : agreement.apps.find((app) => app.origins.includes(frame));
  if (!outer || !inner) return null;
  return inner === outer ? [outer] : [outer, inner];
}

function appsOfWindow(agreement: Agreement, { executable, windowClass }: DesktopTarget): ListedApp[] | null {
  const app = agreement.desktopApps.find(
    (one) => one.executable === executable && (one.windowClass === null || one.windowClass === windowClass),
  );
  return app ? [app] : null;
}
