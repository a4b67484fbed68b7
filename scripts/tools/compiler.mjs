// A C++ compiler, CMake and a build runner: the system's, else Debian's packages, else wheels (zig as the compiler).
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptInstall, canUseApt } from './apt.mjs';
import { mayInstall, toolsFolder } from './home.mjs';
import { SetupError, which } from './output.mjs';
import { hasWheel, unpackWheel } from './wheels.mjs';

const hasCompiler = () => Boolean(process.env.CXX || which('c++') || which('g++') || which('clang++'));

function missing() {
  const names = [];
  if (!hasCompiler()) names.push('g++');
  if (!which('cmake')) names.push('cmake');
  if (!which('make') && !which('ninja')) names.push('make');
  return names;
}

function writeTool(folder, name, script) {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/**
 * Without -mcpu=baseline zig compiles every file for the very processor it runs on, and the kernels' own ISA flags mean nothing.
 * evex512: zig turns it off with the baseline, and -mavx512f alone does not bring it back; by itself it changes no code.
 */
const ZIG_FLAGS = process.arch === 'x64' ? '-mcpu=baseline+evex512' : '-mcpu=baseline';

/** Checks of the compiler need no linked program: zig would first build a C++ library for them. */
const TOOLCHAIN = 'set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)\n';

async function fromWheels() {
  const tools = toolsFolder();
  const zig = join(await unpackWheel('ziglang', tools), 'ziglang', 'zig');
  const cmake = join(await unpackWheel('cmake', tools), 'cmake', 'data', 'bin', 'cmake');
  const ninjaFolder = await unpackWheel('ninja', tools);
  const ninja = join(ninjaFolder, `${ninjaFolder.slice(tools.length + 1)}.data`, 'scripts', 'ninja');
  const bin = join(tools, 'bin');
  mkdirSync(bin, { recursive: true });
  chmodSync(zig, 0o755);
  writeTool(bin, 'zig-cc', `exec '${zig}' cc ${ZIG_FLAGS} "$@"`);
  writeTool(bin, 'zig-c++', `exec '${zig}' c++ ${ZIG_FLAGS} "$@"`);
  writeTool(bin, 'zig-ar', `exec '${zig}' ar "$@"`);
  writeTool(bin, 'zig-ranlib', `exec '${zig}' ranlib "$@"`);
  chmodSync(cmake, 0o755);
  chmodSync(ninja, 0o755);
  writeTool(bin, 'cmake', `exec '${cmake}' "$@"`);
  writeTool(bin, 'ninja', `exec '${ninja}' "$@"`);
  const toolchain = join(tools, 'zig-toolchain.cmake');
  writeFileSync(toolchain, `${TOOLCHAIN}set(CMAKE_AR "${join(bin, 'zig-ar')}")\nset(CMAKE_RANLIB "${join(bin, 'zig-ranlib')}")\n`);
  return {
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    CC: join(bin, 'zig-cc'),
    CXX: join(bin, 'zig-c++'),
    CMAKE_GENERATOR: 'Ninja',
    CMAKE_TOOLCHAIN_FILE: toolchain,
  };
}

/** Environment variables to build the native code with. */
export async function ensureCompiler() {
  const names = missing();
  if (names.length === 0) return {};
  const need = `building the native kernels needs ${names.join(', ')}`;
  if (!mayInstall()) throw new SetupError(`${need}, and LECTERN_NO_INSTALL forbids installing. Debian: apt-get install g++ cmake make`);
  if (canUseApt()) {
    aptInstall(names);
    return {};
  }
  if (['ziglang', 'cmake', 'ninja'].every(hasWheel)) return fromWheels();
  throw new SetupError(`${need}. Install them (Debian: apt-get install g++ cmake make; macOS: xcode-select --install, brew install cmake) and try again`);
}
