// The service's end of the lease socket: counts who uses the service, and says when nobody does any more.
import { rmSync } from 'node:fs';
import net from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { errorToData } from '@lectern/shared';
import { type BYE, type LeaseAnswer, type LeaseRequest, leaseRequestSchema, onLines, sendLine } from './lease-protocol.ts';

const FIRST_LEASE_TIMEOUT_MS = 30_000; // who started us died before it came

export interface LeaseServerOptions {
  address: string;
  key: string;
  /** Makes the service ready for these models. */
  prepare(request: Omit<LeaseRequest, 'key'>): Promise<LeaseAnswer>;
  /** The last holder has gone (or none ever came). Called once. Without it the service does not end for want of holders. */
  onUnused?: (() => void) | undefined;
}

export interface LeaseServer {
  /** Resolves when somebody has asked for a lease, or too much time has gone by. */
  readonly firstRequest: Promise<void>;
  /** New holders are told to come again later. */
  refuseNew(): void;
  /** Ends all connections: the holders learn that the service is gone. */
  close(): void;
}

/** Undefined when another process holds the address. */
export async function serveLeases(options: LeaseServerOptions): Promise<LeaseServer | undefined> {
  const holders = new Set<net.Socket>();
  let isStopping = false;
  const becomeUnused = () => {
    if (!options.onUnused || isStopping || holders.size > 0) return;
    isStopping = true;
    options.onUnused();
  };
  let firstCame: () => void = () => {};
  const firstRequest = new Promise<void>((resolve) => { firstCame = resolve; });
  const firstTimer = setTimeout(() => {
    firstCame();
    becomeUnused();
  }, FIRST_LEASE_TIMEOUT_MS);
  const leaving = new Set<net.Socket>();

  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const leave = (isBye: boolean) => {
      if (!holders.delete(socket)) return;
      leaving.add(socket);
      becomeUnused();
      if (isBye && !isStopping) socket.end(); // else the end of the service ends it
    };
    socket.on('close', () => {
      leave(false);
      leaving.delete(socket);
    });
    onLines(socket, (message) => {
      if (holders.has(socket)) {
        if ((message as typeof BYE | null)?.bye) leave(true);
        return;
      }
      if (isStopping) {
        sendLine(socket, { stopping: true });
        leaving.add(socket);
        return;
      }
      const request = leaseRequestSchema.safeParse(message);
      if (!request.success || !sameKey(request.data.key, options.key)) {
        socket.destroy();
        return;
      }
      clearTimeout(firstTimer);
      firstCame();
      holders.add(socket);
      options.prepare(request.data).catch((error): LeaseAnswer => ({ error: errorToData(error) })).then((answer) => sendLine(socket, answer));
    });
  });

  if (!await listen(server, options.address)) {
    clearTimeout(firstTimer);
    return undefined;
  }
  return {
    firstRequest,
    refuseNew() { isStopping = true; },
    close() {
      clearTimeout(firstTimer);
      server.close();
      for (const socket of [...holders, ...leaving]) socket.end();
    },
  };
}

async function listen(server: net.Server, address: string): Promise<boolean> {
  const tryOnce = () => new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.listen(address, () => resolve(true));
  });
  if (await tryOnce()) return true;
  // A socket file (not on Linux) stays behind when its process is killed.
  if (address.startsWith('\0') || await answers(address)) return false;
  rmSync(address, { force: true });
  return tryOnce();
}

const answers = (address: string): Promise<boolean> => new Promise((resolve) => {
  const socket = net.connect(address, () => {
    socket.destroy();
    resolve(true);
  }).on('error', () => resolve(false));
});

const sameKey = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
