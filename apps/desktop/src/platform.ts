/**
 * Whether this computer's desktop can be recorded (DSK70): null if it can, else why not, in a sentence for the person who
 * asked. Wayland gives no client the windows, the input or the stacking of others, by design: the portals give a picture
 * and a stream of input without saying whose they are, which is what the gate has to know.
 */
export function whyNot(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string | null {
  const { DISPLAY: display, WAYLAND_DISPLAY: wayland, XDG_SESSION_TYPE: session } = environment;
  if (platform === 'win32') return NOT_YET.replace('{name}', 'Windows');
  if (platform === 'darwin') return NOT_YET.replace('{name}', 'macOS');
  if (platform !== 'linux') return NOT_YET.replace('{name}', 'this system');
  if (wayland || session === 'wayland') {
    return (
      'This desktop runs on Wayland, which tells no program whose window an input or a picture belongs to. What may be ' +
      'recorded could not be told from what may not, so nothing is. The recorder in the browser works here.'
    );
  }
  if (!display) return 'There is no display to record.';
  if (!/^(unix\/)?:\d+(\.\d+)?$/.test(display)) {
    return 'The display is not one of this computer, so nobody can say which programs its windows belong to.';
  }
  return null;
}

const NOT_YET = 'The desktop recorder does not work on {name} yet. The recorder in the browser does.';
