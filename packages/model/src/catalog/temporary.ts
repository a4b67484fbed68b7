// Names that no other process uses, for files that are renamed into place when whole.
import { randomBytes } from 'node:crypto';

export const temporaryPath = (path: string): string => `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
