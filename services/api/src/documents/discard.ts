// A refused upload is still being sent: its rest is read away for a while, so that the client gets to read why; then the line is cut.
import type { Request } from 'express';

const MAX_BYTES = 64 * 2 ** 20;
const MAX_MS = 10_000;

export function discardRest(req: Request): void {
  if (req.readableEnded || req.destroyed) return;
  let numBytes = 0;
  const timer = setTimeout(() => req.destroy(), MAX_MS);
  req.on('close', () => clearTimeout(timer));
  req.on('end', () => clearTimeout(timer));
  req.on('data', (part: Buffer) => {
    numBytes += part.length;
    if (numBytes > MAX_BYTES) req.destroy();
  });
  req.resume();
}
