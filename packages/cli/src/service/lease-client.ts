// A command's end of the lease socket: holding it keeps the service alive.
import { once } from 'node:events';
import net from 'node:net';
import { type ErrorData, ServiceError, errorFromData } from '@lectern/shared';
import { BYE, leaseAnswerSchema, type LeaseRequest, onLines, sendLine } from './lease-protocol.ts';

export interface Lease {
  url: string;
  redisUrl: string;
  pid: number;
  /** The service's own reader, for jobs of this model; undefined: the model itself. */
  reader?: string | undefined;
  /** Resolves when the service is gone. */
  readonly lost: Promise<void>;
  /** Gives the lease back. When it was the last one, waits until the service and all its children have ended. */
  release(): Promise<void>;
}

/** 'absent': nobody listens. 'stopping': the service is about to end; by then it has ended. */
export async function requestLease(address: string, request: LeaseRequest): Promise<Lease | 'absent' | 'stopping'> {
  const socket = net.connect(address);
  socket.setNoDelay(true);
  try {
    await once(socket, 'connect');
  } catch (error) {
    if (['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return 'absent';
    throw error;
  }
  const lost = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => socket.destroy());
  const answered = new Promise<unknown>((resolve) => onLines(socket, resolve));
  sendLine(socket, request);
  const message = await Promise.race([answered, lost]);
  if (message === undefined) return 'stopping';
  const answer = leaseAnswerSchema.parse(message);
  if ('stopping' in answer) {
    await lost;
    return 'stopping';
  }
  const release = async () => {
    socket.ref();
    sendLine(socket, BYE);
    await lost;
  };
  if ('error' in answer) {
    await release();
    throw errorFromData(answer.error as ErrorData);
  }
  socket.unref(); // a command that is done ends, whatever happens to its lease
  return { ...answer, lost, release };
}

export const serviceLost = (logFolder: string): ServiceError =>
  new ServiceError('INTERNAL', `the service ended while it was needed; see the files in ${logFolder}`);
