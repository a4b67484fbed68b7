// llama.cpp for the comparison: one exact version of node-llama-cpp with its prebuilt binary, in a folder of its own outside the workspace.
// npm packages only: no script of theirs runs, so nothing is compiled or fetched from elsewhere.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServiceError } from '@lectern/shared';

export const LLAMA_VERSION = '3.21.1';

const BINARIES: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64', 'linux-arm64': 'linux-arm64', 'darwin-arm64': 'mac-arm64-metal', 'darwin-x64': 'mac-x64',
};

/** The folder that has node_modules/node-llama-cpp. */
export async function installLlama(toolsFolder: string, { offline, say }: { offline: boolean; say: (line: string) => void }): Promise<string> {
  const folder = join(toolsFolder, `node-llama-cpp-${LLAMA_VERSION}`);
  const done = join(folder, 'installed'); // written last
  if (existsSync(done)) return folder;
  const platform = `${process.platform}-${process.arch}`;
  const binary = BINARIES[platform];
  if (binary === undefined) throw unavailable(`there is no prebuilt llama.cpp for ${platform}; there is for ${Object.keys(BINARIES).join(', ')}`);
  if (offline) throw unavailable(`node-llama-cpp ${LLAMA_VERSION} is not in ${folder}, and nothing is fetched offline`);
  mkdirSync(toolsFolder, { recursive: true });
  const temp = mkdtempSync(join(toolsFolder, 'fetch-'));
  try {
    const packages = ['node-llama-cpp', `@node-llama-cpp/${binary}`].map((name) => `${name}@${LLAMA_VERSION}`);
    say(`installing ${packages.join(' and ')} into ${folder}`);
    writeFileSync(join(temp, 'package.json'), '{"private":true}\n');
    await promisify(execFile)('npm', ['install', '--ignore-scripts', '--omit=optional', '--save-exact', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: temp });
    writeFileSync(join(temp, 'installed'), `${packages.join(' ')}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(temp, folder);
  } catch (error) {
    throw unavailable(`npm could not install node-llama-cpp ${LLAMA_VERSION}: ${(error as { stderr?: string }).stderr?.trim() || (error as Error).message}`, error);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
  return folder;
}

const unavailable = (message: string, cause?: unknown): ServiceError => new ServiceError('ENGINE_UNAVAILABLE', message, { cause });
