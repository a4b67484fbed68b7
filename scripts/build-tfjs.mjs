// npm run build:tfjs: the tensorflow back end of the tfjs engine, into build/tfjs. Nothing is built when it is there already.
// Options: --cpu takes the wheel without CUDA (half the download). TFJS_DIR: another folder.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureCompiler } from './tools/compiler.mjs';
import { mayInstall } from './tools/home.mjs';
import { runMain, runOrFail, say, SetupError } from './tools/output.mjs';
import { hashOf, isFresh, writeStamp } from './tools/stamp.mjs';
import { hasWheel, unpackWheel } from './tools/wheels.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'scripts', 'tfjs');
const target = resolve(process.env.TFJS_DIR || join(root, 'build', 'tfjs'));
/** Built here first: what works is replaced only by what works. */
const folder = `${target}.part-${process.pid}`;
const binding = join(folder, 'tfjs_binding.node');
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** The libraries and the headers of their C interface: a tenth of the wheel's files. */
const isWanted = (file) => LIBRARIES.some((name) => file === `tensorflow/${name}`) ||
  /^tensorflow\/include\/(tensorflow\/(c|core\/platform|tsl)|tsl)\/.*\.h$/.test(file);

/** tensorflow has CUDA 12 in it and uses an NVIDIA GPU where its libraries are; without them it computes on the CPU. */
function chooseWheel() {
  const { values } = parseArgs({ options: { cpu: { type: 'boolean', default: false } } });
  const names = values.cpu ? ['tensorflow-cpu', 'tensorflow-cpu-aws'] : ['tensorflow', 'tensorflow-cpu-aws'];
  const name = names.find(hasWheel);
  if (!name) throw new SetupError(`there is no TensorFlow wheel for ${process.platform} ${process.arch}; the tfjs engine runs here with TFJS_BACKEND=wasm`);
  return name;
}

/** npm ci of the pinned packages, without their install scripts (they would download a TensorFlow for CUDA 11.2). */
function installPackages() {
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(sources, name), join(folder, name));
  cpSync(join(sources, 'core-only'), join(folder, 'core-only'), { recursive: true });
  say('installing @tensorflow/tfjs-node-gpu 4.22.0 without its scripts');
  runOrFail('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
}

/** What node-gyp would do for the package's binding.gyp, without Python and Node's own headers: the binding knows Node-API only. */
async function compile(libraries) {
  const env = { ...process.env, ...await ensureCompiler() };
  const [compiler, ...before] = (env.CXX || 'c++').split(' ');
  const packageFolder = join(folder, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'binding');
  const nodeApi = createRequire(import.meta.url)('node-api-headers').include_dir;
  say('compiling the binding of tfjs-node against TensorFlow');
  runOrFail(compiler, [
    ...before, '-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8',
    join(packageFolder, 'tfjs_backend.cc'), join(packageFolder, 'tfjs_binding.cc'),
    `-I${join(libraries, 'include')}`, `-I${nodeApi}`, ...LIBRARIES.map((name) => join(libraries, name)),
    `-Wl,-rpath,$ORIGIN/${relative(folder, libraries)}`, '-o', binding,
  ], { env });
}

/** In a process of its own: a library that crashes at loading must end with a message here. */
function tryOut() {
  const script = `const { createRequire } = require('module'); const load = createRequire(${JSON.stringify(binding)});
    load('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
    const b = load(${JSON.stringify(binding)}); process.stderr.write('lectern: TensorFlow ' + b.TF_Version + (b.isUsingGpuDevice() ? ' on a GPU' : ' on the CPU') + '\\n');`;
  runOrFail(process.execPath, ['-e', script], { env: { TF_CPP_MIN_LOG_LEVEL: '3', ...process.env } });
}

/** Only what decides how it is built: other wheels of the list do not. */
function stampOf(wheel) {
  const wheels = JSON.parse(readFileSync(join(root, 'scripts', 'tools', 'wheels.json'), 'utf8'));
  return `${wheel} ${hashOf([fileURLToPath(import.meta.url), sources])} ${JSON.stringify(wheels[wheel])}`;
}

/** A folder of something else is never removed. */
function checkTarget() {
  if (!existsSync(target) || readdirSync(target).length === 0) return;
  if (!existsSync(join(target, 'stamp'))) throw new SetupError(`${target} is there and was not made by this script; set TFJS_DIR to another folder`);
}

await runMain(async () => {
  const wheel = chooseWheel();
  const stamp = stampOf(wheel);
  if (existsSync(join(target, 'tfjs_binding.node')) && isFresh(join(target, 'stamp'), stamp)) return say(`${target} is up to date (${wheel})`);
  if (!mayInstall()) throw new SetupError('LECTERN_NO_INSTALL forbids downloading TensorFlow');
  checkTarget();
  mkdirSync(folder, { recursive: true });
  try {
    installPackages();
    await compile(join(await unpackWheel(wheel, folder, isWanted), 'tensorflow'));
    tryOut();
    writeStamp(join(folder, 'stamp'), stamp);
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`built ${target}. ENGINES=tfjs uses it (TFJS_BACKEND=tensorflow)`);
});
