// What a command that asks needs: the model's file, a service with a worker for it, and a client. All of it ends with the command.
import { createClient, type LecternClient } from '@lectern/client';
import type { CliConfig } from './config.ts';
import { homeAt } from './home.ts';
import { ensureModel } from './model-file.ts';
import { attachService } from './service/attach.ts';
import { serviceLost } from './service/lease-client.ts';

export interface Session {
  client: LecternClient;
  url: string;
  /** Rejects when the service ends too early. Race it with what needs the service. */
  readonly lost: Promise<never>;
}

export interface SessionOptions {
  config: CliConfig;
  /** Catalog id or path. */
  model: string;
  quiet: boolean;
  signal: AbortSignal;
}

export async function withSession<T>(options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> {
  const { config, signal } = options;
  const model = await ensureModel(options.model, config, options);
  signal.throwIfAborted();
  const lease = await attachService(config, model);
  let isDone = false;
  const lost = lease.lost.then((): never => {
    throw isDone ? signal.reason : serviceLost(homeAt(config.homeRoot).logs);
  });
  lost.catch(() => {}); // told by the race, or of no interest any more
  try {
    signal.throwIfAborted();
    return await Promise.race([work({ client: createClient({ baseUrl: lease.url }), url: lease.url, lost }), lost]);
  } finally {
    isDone = true;
    await lease.release();
  }
}
