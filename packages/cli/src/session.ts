// What a command that asks needs: the model's file, a service with a worker for it, and a client. All of it ends with the command.
import { createClient, type LecternClient } from '@lectern/client';
import type { CliConfig } from './config.ts';
import { homeAt } from './home.ts';
import { ensureEmbedder, ensureModel } from './model-file.ts';
import type { ReaderOptions } from './options.ts';
import { chooseReader } from './reader-choice.ts';
import { attachService } from './service/attach.ts';
import { leaseKey } from './service/lease-address.ts';
import { serviceLost } from './service/lease-client.ts';

export interface Session {
  client: LecternClient;
  /** Ids for jobs: of the model that finds, and of the one that answers. */
  model: string;
  reader: string;
}

export interface SessionOptions {
  config: CliConfig;
  /** Catalog id or path. */
  model: string;
  /** index-model: no other one is needed. */
  reader: ReaderOptions | 'index-model';
  quiet: boolean;
  signal: AbortSignal;
}

export async function withSession<T>(options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const { config, signal } = options;
  const model = await ensureModel(options.model, config, options);
  await ensureEmbedder(config, options);
  const reader = options.reader === 'index-model' ? undefined : await chooseReader(options.reader, model.id, config, options);
  signal.throwIfAborted();
  const lease = await attachService(config, { model: model.argument, reader });
  const lost = lease.lost.then((): never => {
    throw serviceLost(homeAt(config.homeRoot).logs);
  });
  lost.catch(() => {}); // told by the race; after the work it is what we wait for
  const client = createClient({ baseUrl: lease.url, apiKey: leaseKey(homeAt(config.homeRoot)) });
  try {
    signal.throwIfAborted();
    return await Promise.race([work({ client, model: model.id, reader: options.reader === 'index-model' ? model.id : reader?.id ?? lease.reader ?? model.id }), lost]);
  } finally {
    await lease.release();
  }
}
