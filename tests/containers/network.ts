// A small network of hosts that share nothing but wires: one network namespace each, all on one bridge in the first. Needs root.
// Nothing of it is visible outside: no address and no route is added to the machine's own network.
import { execFileSync, spawnSync } from 'node:child_process';

const NAME = /^lectern-(\d+)-/;

export interface Host {
  name: string;
  address: string;
  /** Goes before a command line that is to run there. */
  command: string[];
  /** The wire is pulled out, or put in again. */
  setWire(isUp: boolean): void;
}

export interface Network {
  hosts: Host[];
  remove(): void;
}

export const canMakeNetwork = (): boolean => process.getuid?.() === 0 && spawnSync('ip', ['netns', 'list']).status === 0;

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

/** The first host is the hub: the others reach each other through it. */
export function makeNetwork(names: readonly string[]): Network {
  removeAbandoned();
  const full = names.map((name) => `lectern-${process.pid}-${name}`);
  const made: string[] = [];
  const remove = (): void => { for (const name of made.splice(0).reverse()) ip('netns', 'del', name); }; // its wires and addresses go with it
  try {
    const [hub] = full as [string, ...string[]];
    for (const name of full) {
      ip('netns', 'add', name);
      made.push(name);
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    ip('-n', hub, 'link', 'add', 'bridge', 'type', 'bridge');
    ip('-n', hub, 'address', 'add', `${addressOf(0)}/24`, 'dev', 'bridge');
    ip('-n', hub, 'link', 'set', 'bridge', 'up');
    for (const [i, name] of full.entries()) {
      if (i === 0) continue;
      ip('link', 'add', `to${i}`, 'netns', hub, 'type', 'veth', 'peer', 'name', 'wire', 'netns', name);
      ip('-n', hub, 'link', 'set', `to${i}`, 'master', 'bridge');
      ip('-n', hub, 'link', 'set', `to${i}`, 'up');
      ip('-n', name, 'address', 'add', `${addressOf(i)}/24`, 'dev', 'wire');
      ip('-n', name, 'link', 'set', 'wire', 'up');
    }
    const hosts = full.map((name, i): Host => ({
      name, address: addressOf(i), command: ['ip', 'netns', 'exec', name],
      setWire: (isUp) => { ip('-n', hub, 'link', 'set', `to${i}`, isUp ? 'up' : 'down'); },
    }));
    return { hosts, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** 198.18.0.0/15 is set aside for tests of networks. */
const addressOf = (i: number): string => `198.18.77.${i + 1}`;

/** What a killed test left. */
function removeAbandoned(): void {
  for (const line of ip('netns', 'list').split('\n')) {
    const [name = ''] = line.split(' ');
    const pid = Number(NAME.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isAlive(pid)) ip('netns', 'del', name);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
