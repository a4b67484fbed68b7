// Prints the path of an S3 server for tests on stdout, after building one when there is none.
import { runMain } from './tools/output.mjs';
import { ensureVersitygw } from './tools/versitygw.mjs';

await runMain(async () => process.stdout.write(`${await ensureVersitygw()}\n`));
