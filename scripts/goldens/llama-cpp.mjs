// llama.cpp by way of node-llama-cpp, installed into a temporary folder outside the workspace with its prebuilt CPU library.
// Its install script only tries the library out and compiles one when there is none; it is not run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const VERSION = '3.21.1';

export async function withLlamaCpp(use) {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-goldens-'));
  try {
    const platform = { darwin: 'mac', win32: 'win' }[process.platform] ?? process.platform;
    const library = `@node-llama-cpp/${platform}-${process.arch}${platform === 'mac' && process.arch === 'arm64' ? '-metal' : ''}`;
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    execFileSync('npm', ['install', '--ignore-scripts', '--omit=optional', '--save-exact', `node-llama-cpp@${VERSION}`, `${library}@${VERSION}`], {
      cwd: folder, stdio: ['ignore', 'ignore', 'inherit'],
    });
    const { getLlama, LlamaLogLevel } = await import(pathToFileURL(join(folder, 'node_modules/node-llama-cpp/dist/index.js')).href);
    const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel: LlamaLogLevel.error });
    const madeWith = { 'node-llama-cpp': VERSION, 'llama.cpp': llama.llamaCppRelease.release };
    await use({ llama, madeWith, folder });
    await llama.dispose();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
