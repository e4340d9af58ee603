import { BlockList, isIP } from 'node:net';

/** Addresses inside the organisation (MEP2, CTL37). */
export type InsideAddresses = { has(address: string): boolean; isLoopback(address: string): boolean };

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** `listed`: networks in CIDR that count as inside besides. Throws RangeError for what is no network. */
export function insideAddresses(listed: readonly string[] = []): InsideAddresses {
  const loopback = listOf(LOOPBACK);
  const inside = listOf([...LOOPBACK, ...PRIVATE, ...listed]);
  return {
    has: (address) => holds(inside, address),
    isLoopback: (address) => holds(loopback, address),
  };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = ''] = network.split('/');
    const family = isIP(address);
    const bits = Number(prefix);
    if (family === 0 || !/^\d{1,3}$/.test(prefix) || bits < 1 || bits > (family === 4 ? 32 : 128))
      throw new RangeError(`${network} is no network such as 10.20.0.0/16`);
    list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function holds(list: BlockList, address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  const plain = mapped ?? bare;
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}
