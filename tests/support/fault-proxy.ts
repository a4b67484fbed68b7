// Stands between an HTTP client and a server and, when told to, does to answers and requests what bad networks and servers do.
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Fault =
  | { kind: 'status'; status: number }
  /** The connection is reset before any answer. */
  | { kind: 'reset' }
  /** The server does the work, but the answer never comes: the connection is reset. */
  | { kind: 'loseAnswer' }
  /** Nothing is ever answered. */
  | { kind: 'hang' }
  /** The answer's head, this many bytes of its body, then the end of the connection. */
  | { kind: 'truncate'; bytes: number }
  /** One byte of the body comes changed. */
  | { kind: 'flip'; at: number }
  /** The body's bytes come in pieces with pauses between. */
  | { kind: 'slow'; pieceBytes: number; pauseMs: number };

export interface FaultProxy {
  endpoint: string;
  /** What to do with a request; undefined lets it pass. */
  fault: (request: { method: string; url: string; number: number }) => Fault | undefined;
  numRequests: number;
  stop(): Promise<void>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const proxy: FaultProxy = { endpoint: '', fault: () => undefined, numRequests: 0, stop };
  const server = createServer((incoming, outgoing) => {
    const fault = proxy.fault({ method: incoming.method ?? '', url: incoming.url ?? '', number: ++proxy.numRequests });
    outgoing.on('error', () => outgoing.destroy());
    if (fault?.kind === 'reset') incoming.socket.resetAndDestroy();
    else if (fault?.kind === 'status') {
      incoming.resume();
      incoming.on('end', () => outgoing.writeHead(fault.status, { 'content-type': 'text/plain' }).end('this proxy says no'));
    } else if (fault?.kind !== 'hang') pass(incoming, outgoing, fault);
  });
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined): void => {
    const onward = request({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
      if (fault?.kind === 'loseAnswer') {
        answer.resume();
        answer.on('end', () => incoming.socket.resetAndDestroy());
        return;
      }
      send(answer, outgoing, fault).catch(() => outgoing.destroy());
    });
    onward.on('error', () => incoming.socket.destroy());
    incoming.on('error', () => onward.destroy());
    incoming.pipe(onward);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;

  async function stop(): Promise<void> {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

async function send(answer: IncomingMessage, outgoing: ServerResponse, fault: Fault | undefined): Promise<void> {
  outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
  let sent = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    if (fault?.kind === 'truncate' && sent + part.length >= fault.bytes) {
      outgoing.write(part.subarray(0, fault.bytes - sent), () => outgoing.socket?.destroy());
      return;
    }
    if (fault?.kind === 'flip' && fault.at >= sent && fault.at < sent + part.length) part[fault.at - sent]! ^= 0x20;
    if (fault?.kind === 'slow') {
      for (let at = 0; at < part.length && !outgoing.destroyed; at += fault.pieceBytes) {
        outgoing.write(part.subarray(at, at + fault.pieceBytes));
        await sleep(fault.pauseMs);
      }
    } else outgoing.write(part);
    sent += part.length;
  }
  outgoing.end();
}
