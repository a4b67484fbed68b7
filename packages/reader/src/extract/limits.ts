// Refusing documents that are too large, with both numbers.
import { ServiceError } from '@lectern/shared';

export function checkLimit(what: 'bytes' | 'characters' | 'pages', actual: number, limit: number): void {
  if (actual <= limit) return;
  throw new ServiceError('DOCUMENT_TOO_LARGE', `the document has ${actual} ${what}; the limit is ${limit}`, {
    details: { what, actual, limit },
  });
}
