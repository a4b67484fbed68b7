// A service of its own in an empty home, with one worker for the model: nothing is stored in it yet, and its peaks are its own.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliConfig, cliConfig } from '../config.ts';
import { homeAt } from '../home.ts';
import { type Session, withSession } from '../session.ts';

/** The models are those of the config's home, the embedder is the config's. `signal` ends the work early. */
export async function withFreshService<T>(config: CliConfig, model: string, work: (session: Session) => Promise<T>, signal: AbortSignal = new AbortController().signal): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-bench-'));
  try {
    mkdirSync(homeAt(config.homeRoot).models, { recursive: true });
    symlinkSync(homeAt(config.homeRoot).models, homeAt(folder).models);
    const own = { ...cliConfig({ home: folder, embedder: config.embedder }), redisUrl: undefined };
    return await withSession({ config: own, model, reader: 'index-model', quiet: true, signal }, work);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
