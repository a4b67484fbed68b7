// Uploads whose first bytes are not what they declare.
import { ServiceError } from '@lectern/shared';
import { expect, test } from 'vitest';
import { checkSignature } from '../src/documents/signature.ts';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const [pdf, zip, ole] = [Buffer.from('%PDF-1.7 ...'), Buffer.from('PK\x03\x04...', 'latin1'), Buffer.from('d0cf11e0a1b11ae100', 'hex')];

test.each([
  ['application/pdf', pdf], ['application/pdf', Buffer.from('\n\n%PDF-1.4')], [DOCX, zip], ['application/epub+zip', zip], ['text/plain', Buffer.from('Write %PDF- first.')], ['text/html', Buffer.from('<p>')],
] as const)('%s fits', (mediaType, head) => {
  expect(() => checkSignature(mediaType, head)).not.toThrow();
});

test.each([
  ['application/pdf', Buffer.from('hello'), 'not a PDF'], ['application/pdf', zip, 'a ZIP archive'], [DOCX, pdf, 'a PDF'], [DOCX, ole, 'with a password'], ['application/epub+zip', Buffer.from('hello'), 'not a ZIP archive'],
  ['text/plain', pdf, 'a PDF'], ['text/markdown', zip, 'a ZIP archive'], ['text/html', ole, 'an old Office file'],
] as const)('%s does not: %s', (mediaType, head, words) => {
  expect(() => checkSignature(mediaType, head)).toThrow(ServiceError);
  expect(() => checkSignature(mediaType, head)).toThrow(words);
});
