/** Ports of servers: on the loopback interface of this machine unless somebody names another address. */
import type { AddressInfo, Server } from 'node:net';

export const LOOPBACK = '127.0.0.1';
export const LAST_PORT = 65535;

/** The port it listens on, which is a free one for 0. Rejects when it cannot. */
export function listening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
