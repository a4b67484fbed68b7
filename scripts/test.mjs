// npm test: installs and builds what is missing, then checks, unit, integration and end-to-end tests; with CI set also the unit tests
// on Node 24 and docker-compose. -- --only unit,e2e runs those suites. The last line is 'N passed, N failed[, N skipped]'. With CI set, a skipped test fails the run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { node24 } from './tools/node24.mjs';
import { SetupError, runMain, runOrFail } from './tools/output.mjs';
import { ensureRedis } from './tools/redis.mjs';
import { ensureVersitygw } from './tools/versitygw.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const SUITES = ['check', 'unit', 'integration', 'e2e', 'unit-node24', 'containers'];
/** Minutes, and wants root, docker-compose and debootstrap: only when asked for. */
const ONLY_IN_CI = ['unit-node24', 'containers'];
const reports = mkdtempSync(join(tmpdir(), 'lectern-test-'));

function chosenSuites() {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const only = values.only?.split(',') ?? SUITES.filter((name) => process.env.CI || !ONLY_IN_CI.includes(name));
  const unknown = only.filter((name) => !SUITES.includes(name));
  if (unknown.length > 0) throw new SetupError(`no suite named ${unknown.join(', ')}; there are ${SUITES.join(', ')}`);
  return SUITES.filter((name) => only.includes(name));
}

const readJson = (file) => existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;

function runCheck() {
  const file = join(reports, 'check.json');
  spawnSync(process.execPath, ['scripts/check.mjs', file], { cwd: root, stdio: 'inherit' });
  return { passed: 0, failed: 1, ...readJson(file), skipped: [], failures: [] };
}

/** Tests of C++ kernels alone, long ones: another Node finds nothing in them that the first did not. */
const SAME_ON_ANY_NODE = [
  'packages/*/test/{conformance,isa}-{avx,scalar,neon}*.test.ts', 'packages/model/test/{aarch64,conformance,conformance-real,int8,llama-cpp}.test.ts',
];

/** Counts of one vitest project. A file that does not load, or an error outside a test, counts as one failure. */
function runVitest(suite) {
  const file = join(reports, `${suite}.json`);
  const [project, other] = suite.split('-');
  const node = other === undefined ? process.execPath : node24();
  const args = ['run', '--project', project, '--passWithNoTests=false', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  if (other !== undefined) args.push(...SAME_ON_ANY_NODE.flatMap((glob) => ['--exclude', glob]));
  const { status } = spawnSync(node, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args], {
    cwd: root, stdio: 'inherit', env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
  });
  const report = readJson(file);
  if (!report) return { passed: 0, failed: 1, skipped: [], failures: [{ name: `${suite} wrote no report`, message: '' }] };
  const tests = report.testResults.flatMap((f) => f.assertionResults);
  const brokenFiles = report.testResults.filter((f) => f.status === 'failed' && !f.assertionResults.some((t) => t.status === 'failed'));
  const failed = tests.filter((t) => t.status === 'failed').length + brokenFiles.length;
  return {
    passed: tests.filter((t) => t.status === 'passed').length,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: tests.filter((t) => !['passed', 'failed'].includes(t.status)).map((t) => t.fullName),
    failures: report.testResults.flatMap(failuresOf),
  };
}

/** What failed in a file, and the first of each message: at the end of a long output it is what is looked for. */
function failuresOf({ name, message, assertionResults }) {
  const file = relative(root, name);
  const failed = assertionResults.filter((t) => t.status === 'failed');
  if (failed.length > 0) return failed.map((t) => ({ name: `${file} > ${t.fullName}`, message: beginning(t.failureMessages.join('\n')) }));
  return message ? [{ name: file, message: beginning(message) }] : [];
}

const beginning = (message) => message.split('\n').slice(0, 12).join('\n').slice(0, 1500);

/** Before the tests: building it takes a minute or two the first time. Where it cannot be had they skip, and fail with CI set. */
async function prepareS3Server() {
  try {
    await ensureVersitygw();
  } catch (error) {
    if (!(error instanceof SetupError) || process.env.CI) throw error;
    console.warn(error.message);
  }
}

function runSuite(name) {
  const startedAt = Date.now();
  console.log(`\n=== ${name}`);
  const counts = name === 'check' ? runCheck() : runVitest(name);
  return { suite: name, ...counts, seconds: Math.round((Date.now() - startedAt) / 1000) };
}

await runMain(async () => {
  const suites = chosenSuites();
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'packages-installed.mjs')]);
  if (status !== 0) runOrFail('npm', ['ci', '--no-fund', '--no-audit'], { cwd: root });
  runOrFail(process.execPath, [join(root, 'scripts', 'bootstrap.mjs')]);
  if (suites.includes('integration') || suites.includes('e2e')) await ensureRedis();
  if (suites.includes('integration') || suites.includes('containers')) await prepareS3Server();

  const results = suites.map(runSuite);
  const total = (key) => results.reduce((sum, r) => sum + r[key], 0);
  const skipped = results.flatMap((r) => r.skipped);
  console.log();
  console.table(results.map(({ failures: _, ...r }) => ({ ...r, skipped: r.skipped.length })));
  for (const { name, message } of results.flatMap((r) => r.failures)) console.log(`failed: ${name}\n${message.replace(/^/gm, '  ')}\n`);
  for (const name of skipped) console.log(`skipped: ${name}`);
  const strict = Boolean(process.env.CI) && skipped.length > 0;
  if (strict) console.log('CI is set: a skipped test fails the run');
  if (strict || total('failed') > 0) process.exitCode = 1;
  console.log(`${total('passed')} passed, ${total('failed')} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
});
rmSync(reports, { recursive: true, force: true });
