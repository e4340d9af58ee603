import { UNKNOWN, type UploadConditions } from '../release/upload-conditions.ts';
import { DBusConnection } from './connection.ts';
import type { DBusVariant } from './values.ts';

/** The bus of the whole computer, where the environment names no other (D-Bus specification, "System message bus"). */
const SYSTEM_BUS = 'unix:path=/run/dbus/system_bus_socket';
const PATIENCE = 1_000;
/** All of it, the way in included. */
const WITHIN = 3_000;

/** NetworkManager's NMMetered: 2 is no, 4 is a guessed no, 1 and 3 are yes and a guessed yes, 0 is not known. */
const NETWORK: ReadonlyMap<unknown, UploadConditions['network']> = new Map([
  [1, 'metered'],
  [2, 'unmetered'],
  [3, 'metered'],
  [4, 'unmetered'],
]);

/**
 * Asks NetworkManager and UPower on the system's bus (DSK130). What does not answer in time, is not there, refuses or says
 * something of another type is unknown (DSK131). Never rejects; leaves no connection behind.
 */
export async function systemConditions(environment: NodeJS.ProcessEnv): Promise<UploadConditions> {
  const address = environment['DBUS_SYSTEM_BUS_ADDRESS'] || SYSTEM_BUS;
  let late: NodeJS.Timeout | undefined;
  const end = new Promise<UploadConditions>((resolve) => {
    late = setTimeout(() => resolve(UNKNOWN), WITHIN);
  });
  try {
    return await Promise.race([asked(address), end]);
  } catch {
    return UNKNOWN;
  } finally {
    clearTimeout(late);
  }
}

async function asked(address: string): Promise<UploadConditions> {
  const bus = await DBusConnection.connect(address, { patience: PATIENCE });
  try {
    const [metered, onBattery] = await Promise.all([
      property(bus, 'org.freedesktop.NetworkManager', '/org/freedesktop/NetworkManager', 'Metered'),
      property(bus, 'org.freedesktop.UPower', '/org/freedesktop/UPower', 'OnBattery'),
    ]);
    const network = metered?.signature === 'u' ? NETWORK.get(metered.value) : undefined;
    const power = onBattery?.signature === 'b' ? (onBattery.value ? 'battery' : 'mains') : undefined;
    return { network: network ?? 'unknown', power: power ?? 'unknown' };
  } finally {
    bus.close();
  }
}

/** Null: nobody said it. */
async function property(
  bus: DBusConnection,
  service: string,
  path: string,
  name: string,
): Promise<DBusVariant | null> {
  const call = {
    destination: service,
    path,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: [service, name],
  };
  const [value] = await bus.call(call).catch(() => []);
  return typeof value === 'object' && !Array.isArray(value) ? value : null;
}
