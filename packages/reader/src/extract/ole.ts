// Old Office files and Office files with a password share one container (OLE); neither can be read.
import { ServiceError } from '@lectern/shared';

const MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex');
/** Name of the stream that holds an encrypted Office file. */
const ENCRYPTED = Buffer.from('EncryptedPackage', 'utf16le');

export const isOleFile = (bytes: Uint8Array): boolean => bytes.length >= MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte);

/** `bytes` may be only the file's beginning: then it cannot always be told which of the two it is. */
export function refuseOle(what: string, bytes: Uint8Array): never {
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(ENCRYPTED)) {
    throw new ServiceError('DOCUMENT_ENCRYPTED', `${what} is protected by a password; save it without one`);
  }
  throw new ServiceError('UNSUPPORTED_MEDIA_TYPE', `${what} is an old Office file (such as .doc), or one with a password; save it as .docx without one`);
}
