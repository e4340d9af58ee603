import type { XDisplay } from './display.ts';

/** One thing that a device did, as the server saw it: before anybody knows whom it is for. */
export type DeviceEvent = {
  what: 'keydown' | 'keyup' | 'down' | 'up' | 'move';
  /** Keycode or button. */
  detail: number;
  /** The server's milliseconds. */
  time: number;
  /** Pixels of the screen. */
  x: number;
  y: number;
  /** Modifiers and layout just before it. */
  state: number;
};

type Record = {
  EnableContext(
    context: number,
    onData: (reply: { category: number; data: Buffer }) => void,
    done: () => boolean,
  ): void;
  CreateContext(context: number, header: number, clients: number[], ranges: object[]): void;
  FreeContext(context: number): void;
  CS: { AllClients: number };
  Category: { FromServer: number };
};

const WHAT = new Map<number, DeviceEvent['what']>([
  [2, 'keydown'],
  [3, 'keyup'],
  [4, 'down'],
  [5, 'up'],
  [6, 'move'],
]);
const EVENT_BYTES = 32;

/**
 * Input of all devices by the RECORD extension, which needs a connection that does nothing else; `control` makes the
 * context and ends it. Device events carry key codes: they leave this function's hands as events and are held nowhere.
 */
export async function recordInput(
  control: XDisplay,
  data: XDisplay,
  hear: (event: DeviceEvent) => void,
): Promise<() => void> {
  const making = await control.extension<Record>('record');
  const record = await data.extension<Record>('record');
  const context = control.client.AllocID();
  making.CreateContext(context, 0, [making.CS.AllClients], [{ deviceEvents: { first: 2, last: 6 } }]);
  await control.ask((done) => control.client.GetInputFocus(done));
  record.EnableContext(
    context,
    ({ category, data: bytes }) => {
      if (category === record.Category.FromServer) for (const event of eventsIn(bytes)) hear(event);
    },
    () => true,
  );
  keepNoReplies(data);
  return () => making.FreeContext(context);
}

/** The library gathers every reply of such a request until its last: key codes would stay in memory, without a bound. */
function keepNoReplies({ client }: XDisplay): void {
  const waiting = client.replies[client.seq_num];
  if (!waiting) throw new Error('the answers to RECORD are not where they should be');
  waiting[3] = { push: () => 0 };
}

function* eventsIn(bytes: Buffer): Generator<DeviceEvent> {
  for (let at = 0; at + EVENT_BYTES <= bytes.length; at += EVENT_BYTES) {
    const what = WHAT.get(bytes.readUInt8(at) & 0x7f);
    if (!what) continue;
    yield {
      what,
      detail: bytes.readUInt8(at + 1),
      time: bytes.readUInt32LE(at + 4),
      x: bytes.readInt16LE(at + 20),
      y: bytes.readInt16LE(at + 22),
      state: bytes.readUInt16LE(at + 28),
    };
  }
}
