// npm run check: types, lint, import directions, dead code, file lengths. Runs all of them, then says which failed.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name) => `${root}/node_modules/.bin/${name}`;

const CHECKS = [
  ['types', bin('tsc'), ['-b']],
  ['types of tests', bin('tsc'), ['-p', 'tsconfig.test.json']],
  ['lint', bin('biome'), ['lint', '--error-on-warnings']],
  ['import directions', process.execPath, ['scripts/check-imports.mjs']],
  ['dead code', bin('knip'), ['--no-progress']],
  ['files', process.execPath, ['scripts/check-files.mjs']],
];

const results = CHECKS.map(([name, command, args]) => {
  console.log(`check: ${name}`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(error.message);
  return { name, passed: status === 0 };
});

const failed = results.filter((r) => !r.passed);
for (const { name } of failed) console.error(`check failed: ${name}`);
// check.mjs <file>: the counts as JSON, for scripts/test.mjs.
if (process.argv[2]) writeFileSync(process.argv[2], JSON.stringify({ passed: results.length - failed.length, failed: failed.length }));
process.exit(failed.length === 0 ? 0 : 1);
