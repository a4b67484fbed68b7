// What is said on the lease socket: one JSON object per line.
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { readerSpecSchema } from './worker-spec.ts';

export const leaseRequestSchema = z.strictObject({
  key: z.string().max(200),
  /** Catalog id or path of the model that a worker must have loaded. */
  model: z.string().max(4096),
  reader: readerSpecSchema.optional(),
});
export type LeaseRequest = z.infer<typeof leaseRequestSchema>;

export const leaseAnswerSchema = z.union([
  /** reader: the service's own, for who asked for none. */
  z.strictObject({ url: z.string(), redisUrl: z.string(), pid: z.int(), reader: z.string().optional() }),
  z.strictObject({ error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.any()).optional() }) }),
  z.strictObject({ stopping: z.literal(true) }),
]);
export type LeaseAnswer = z.infer<typeof leaseAnswerSchema>;

/** A holder that is done says so, and waits for the end of the connection: when it was the last one, that is the end of the service. */
export const BYE = { bye: true };

export const sendLine = (socket: Socket, message: object): void => {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
};

/** Calls back for each line that parses as JSON; a line that does not ends the connection. */
export function onLines(socket: Socket, receive: (message: unknown) => void): void {
  createInterface({ input: socket }).on('line', (line) => {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      socket.destroy();
      return;
    }
    receive(message);
  }).on('error', () => socket.destroy());
}
