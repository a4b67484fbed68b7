// Where the command keeps its files. One place for every path under LECTERN_HOME.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Home {
  root: string;
  blobs: string;
  redis: string;
  logs: string;
  models: string;
  demo: string;
  temp: string;
  /** Programs that are fetched, and what is made for them. */
  tools: string;
  /** Url and pid of the running service, for people and tests; whether it lives is asked on its lease socket. */
  serviceFile: string;
  /** Secret that a holder of a lease must know; readable by this user only. */
  leaseKeyFile: string;
}

export function homeAt(root: string): Home {
  return {
    root,
    blobs: join(root, 'blobs'),
    redis: join(root, 'redis'),
    logs: join(root, 'logs'),
    models: join(root, 'models'),
    demo: join(root, 'demo'),
    temp: join(root, 'tmp'),
    tools: join(root, 'tools'),
    serviceFile: join(root, 'service.json'),
    leaseKeyFile: join(root, 'service.key'),
  };
}

/** Creates the folders, readable by this user only: documents pass through them. */
export function createHome(home: Home): void {
  for (const folder of [home.root, home.blobs, home.redis, home.logs, home.temp]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}
