#!/usr/bin/env node
// Builds the native addons with plain CMake into build/native of the working folder, where the packages below it find them.
// Incremental; quiet unless it fails (--verbose). CC, CXX and CMAKE are honoured.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../native', import.meta.url));
const root = process.cwd();
const buildDir = join(root, 'build', 'native');
const cmake = process.env.CMAKE || 'cmake';

function fail(message) {
  console.error(`build-native: ${message}`);
  process.exit(1);
}

function works(command, args) {
  return spawnSync(command, args, { stdio: 'ignore', shell: false }).status === 0;
}

/** Shows the tool's output only when it fails. */
function run(args, what) {
  const result = spawnSync(cmake, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.status === 0) {
    if (process.argv.includes('--verbose')) process.stdout.write(result.stdout);
    return;
  }
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  fail(`${what} failed${result.error ? `: ${result.error.message}` : ` with status ${result.status}`}`);
}

if (!works(cmake, ['--version'])) fail(`cmake does not run (${cmake}): install cmake 3.22 or later, or set CMAKE to its path`);
// CXX may hold a command with arguments ('zig c++'); CMake checks that one itself.
if (!process.env.CXX && !['c++', 'g++', 'clang++'].some((name) => works(name, ['--version']))) {
  fail('no C++ compiler found: install g++ or clang++ with C++17, or set CXX');
}

const cache = join(buildDir, 'CMakeCache.txt');
// A checkout that was moved or copied: CMake refuses the old folder.
if (existsSync(cache) && !readFileSync(cache, 'utf8').includes(`CMAKE_HOME_DIRECTORY:INTERNAL=${source}\n`)) rmSync(buildDir, { recursive: true });
mkdirSync(buildDir, { recursive: true });
// A configuration that was interrupted leaves a cache, but nothing to build with.
const isConfigured = ['Makefile', 'build.ninja'].some((name) => existsSync(join(buildDir, name)));
if (!isConfigured || process.argv.includes('--configure')) {
  run(['-S', source, '-B', buildDir, `-DNODE_EXECUTABLE=${process.execPath}`], 'configuring');
}
run(['--build', buildDir, '--parallel', String(availableParallelism())], 'compiling');
