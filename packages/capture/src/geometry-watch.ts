import { SOURCE_VIEWPORT_RESIZE } from '@aboveboard/protocol/state';
import type { AgentRun } from './agent-run.ts';
import type { AgentGeometry } from './frame-message.ts';

/** Sizes of viewport, window and screen, with every change (AGT81). A window that is moved sends no event. */
export type GeometryWatch = { say(): void; poll(): void };

export function createGeometryWatch(run: AgentRun, resized: () => void): GeometryWatch {
  const { window } = run;
  let last = '';
  let size = '';

  function read(): AgentGeometry {
    return {
      viewport: { width: window.innerWidth, height: window.innerHeight },
      window: {
        x: window.screenX,
        y: window.screenY,
        width: window.outerWidth,
        height: window.outerHeight,
      },
      screen: { width: window.screen.width, height: window.screen.height },
      ratio: window.devicePixelRatio,
    };
  }

  function poll(): void {
    const geometry = read();
    const now = JSON.stringify(geometry);
    if (now === last) return;
    last = now;
    const at = run.now();
    run.put({ at, item: 'geometry', geometry });
    const { width, height } = geometry.viewport;
    if (size !== '' && size !== `${width}x${height}`) {
      const data = { source: SOURCE_VIEWPORT_RESIZE, width, height } as const;
      run.put({ at, item: 'state', change: { type: 3, data } });
      resized();
    }
    size = `${width}x${height}`;
  }

  run.listen('resize', poll);
  return {
    poll,
    say() {
      last = '';
      poll();
    },
  };
}
