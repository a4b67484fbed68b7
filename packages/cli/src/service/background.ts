// The service behind `ask`, `search` and `demo`: a process of its own, so that it serves several commands and outlives none of them all.
import { homeAt } from '../home.ts';
import { cliConfig } from '../config.ts';
import { ALREADY_RUNNING } from './already-running.ts';
import { apiKeysOf, leaseKey } from './lease-address.ts';
import { startHost } from './host.ts';

// argv: home folder, model of the first worker or '' when the first lease tells, path of redis-server or '' when REDIS_URL is used
const [homeRoot, firstModel, redisBinary] = process.argv.slice(2);
const config = cliConfig({ home: homeRoot });
const home = homeAt(config.homeRoot);
// Ctrl-C and hang-ups are for the commands; the service ends with its last lease, or on SIGTERM.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

const host = await startHost({
  home,
  redisUrl: config.redisUrl,
  redisBinary: redisBinary || undefined,
  host: '127.0.0.1',
  port: 0,
  apiKeys: apiKeysOf(leaseKey(home)), // other users of this machine reach the port, but not the documents
  logLevel: config.logLevel,
  env: config.env,
  first: firstModel ? { model: firstModel } : undefined,
  cancelsAbandoned: config.redisUrl === undefined, // in a shared Redis they may be another host's
  endsWhenUnused: true,
});
if (!host) process.exit(ALREADY_RUNNING);

const terminated = new Promise<void>((resolve) => process.once('SIGTERM', resolve));
try {
  await Promise.race([host.ended, terminated]);
} finally {
  await host.stop();
}
process.exit(0);
