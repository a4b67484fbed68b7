// Installing with Debian's package manager: as root, or through sudo when it asks for no password.
import { spawnSync } from 'node:child_process';
import { runOrFail, say, which } from './output.mjs';

/** The words that go before apt-get, or undefined when this user cannot install. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  if (which('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0) return ['sudo', '-n'];
  return undefined;
}

export const canUseApt = () => which('apt-get') !== undefined && privilege() !== undefined;

/** Installs packages, refreshing the lists once when the first try fails (a fresh image has none). */
export function aptInstall(packages) {
  const [command, ...before] = [...privilege(), 'apt-get'];
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const install = [...before, 'install', '-y', '-q', '--no-install-recommends', ...packages];
  say(`installing with apt-get: ${packages.join(' ')}`);
  if (spawnSync(command, install, { ...options, stdio: 'ignore' }).status === 0) return;
  runOrFail(command, [...before, 'update', '-q'], options);
  runOrFail(command, install, options);
}
