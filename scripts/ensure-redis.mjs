// Prints the path of a redis-server on stdout, after installing one when there is none.
import { runMain } from './tools/output.mjs';
import { ensureRedis } from './tools/redis.mjs';

await runMain(async () => process.stdout.write(`${await ensureRedis()}\n`));
