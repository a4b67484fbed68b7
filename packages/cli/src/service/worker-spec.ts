// What a worker is started with: its index model, and the reader beside it. A reader's key travels from the command over the lease socket
// into the worker's environment, and is written nowhere.
import { z } from 'zod';

const id = z.string().min(1).max(500);

export const readerSpecSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local'), id, model: z.string().min(1).max(4096) }),
  z.strictObject({
    kind: z.literal('remote'), id, url: z.url().max(2048), model: z.string().min(1).max(200), key: z.string().min(1).max(4096).optional(), window: z.int().positive().optional(),
  }),
]);
/** `id` is what jobs call it. */
export type ReaderSpec = z.infer<typeof readerSpecSchema>;

export interface WorkerSpec {
  /** Catalog id or path. */
  model: string;
  /** The index model itself when absent. */
  reader?: ReaderSpec | undefined;
  /** Only jobs that name the reader get it: a question that named none must not leave the machine because another command's did. */
  onRequest?: boolean;
}

/** The worker's settings; undefined takes a variable away. */
export function workerEnv({ model, reader, onRequest = false }: WorkerSpec): Record<string, string | undefined> {
  const remote = reader?.kind === 'remote' ? reader : undefined;
  return {
    MODEL: model,
    READER: remote?.url ?? reader?.model,
    READER_MODEL: remote?.model,
    READER_KEY: remote?.key,
    READER_WINDOW: remote?.window?.toString(),
    READER_ON_REQUEST: onRequest ? '1' : '0',
  };
}
