// The lease socket: one listener per home, holders counted, the last one ends it, kill -9 of a holder counts as leaving.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import { afterEach, expect, test } from 'vitest';
import { homeAt } from '../src/home.ts';
import { leaseAddress, leaseKey } from '../src/service/lease-address.ts';
import { type Lease, requestLease } from '../src/service/lease-client.ts';
import { type LeaseServer, serveLeases } from '../src/service/lease-server.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newHome() {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-lease-'));
  folders.push(folder);
  return homeAt(folder);
}

const answer = { url: 'http://127.0.0.1:1', redisUrl: 'unix:///r', pid: 1 };

async function serve(home: ReturnType<typeof newHome>, prepare = async () => answer) {
  const address = leaseAddress(home, undefined);
  const key = leaseKey(home);
  const state = { unused: 0 };
  const server = await serveLeases({
    address, key, prepare,
    onUnused: () => {
      state.unused++;
      server?.close();
    },
  });
  return { server, address, key, state };
}

async function lease(address: string, key: string): Promise<Lease> {
  const got = await requestLease(address, { key, model: 'm' });
  if (typeof got !== 'object') throw new Error(`no lease: ${got}`);
  return got;
}

test('nobody listens: absent', async () => {
  expect(await requestLease(leaseAddress(newHome(), undefined), { key: 'k', model: 'm' })).toBe('absent');
});

test('a second server of the same home is refused; another Redis is another service', async () => {
  const home = newHome();
  const first = await serve(home);
  expect(first.server).toBeDefined();
  expect((await serve(home)).server).toBeUndefined();
  expect(leaseAddress(home, 'redis://elsewhere')).not.toBe(first.address);
  (first.server as LeaseServer).close();
});

test('the service ends with its last holder, and only then', async () => {
  const { address, key, state } = await serve(newHome());
  const [a, b] = [await lease(address, key), await lease(address, key)];
  expect(a).toMatchObject(answer);
  await a.release();
  expect(state.unused).toBe(0);
  await b.release();
  expect(state.unused).toBe(1);
  expect(await requestLease(address, { key, model: 'm' })).toBe('absent');
});

test('a permanent service goes on when its last holder has gone', async () => {
  const home = newHome();
  const [address, key] = [leaseAddress(home, undefined), leaseKey(home)];
  const server = await serveLeases({ address, key, prepare: async () => answer });
  await (await lease(address, key)).release();
  await (await lease(address, key)).release();
  server?.close();
});

test('a holder that is killed gives its lease back', async () => {
  const { address, key, state } = await serve(newHome());
  const script = `require('net').connect(${JSON.stringify(address)}, function () { this.write(${JSON.stringify(`${JSON.stringify({ key, model: 'm' })}\n`)}); }).on('data', () => console.log('held'))`;
  const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  expect(state.unused).toBe(0);
  holder.kill('SIGKILL');
  await expect.poll(() => state.unused, { timeout: 5_000 }).toBe(1);
});

test('a wrong key gets no lease, and does not keep the service alive', async () => {
  const { address, server, state } = await serve(newHome());
  expect(await requestLease(address, { key: 'guess', model: 'm' })).toBe('stopping');
  const socket = net.connect(address, () => socket.write('no json\n'));
  await once(socket, 'close');
  expect(state.unused).toBe(0);
  (server as LeaseServer).close();
});

test('a service that cannot get ready says why', async () => {
  const { address, key, state } = await serve(newHome(), async () => {
    throw new ServiceError('MODEL_UNKNOWN', 'no such model', { details: { model: 'm' } });
  });
  await expect(requestLease(address, { key, model: 'm' })).rejects.toMatchObject({ code: 'MODEL_UNKNOWN', message: 'no such model', details: { model: 'm' } });
  expect(state.unused).toBe(1);
});

test('who comes while it stops is told to come again', async () => {
  const home = newHome();
  const { address, key, server } = await serve(home);
  (server as LeaseServer).refuseNew();
  const waiting = requestLease(address, { key, model: 'm' });
  setTimeout(() => (server as LeaseServer).close(), 50);
  expect(await waiting).toBe('stopping');
});

test('the key is made once and readable by its owner only', () => {
  const home = newHome();
  leaseAddress(home, undefined);
  expect(leaseKey(home)).toBe(leaseKey(home));
  expect(leaseKey(home)).toMatch(/^[0-9a-f]{48}$/);
});
