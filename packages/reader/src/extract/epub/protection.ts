// Copy protection: an EPUB whose content files are encrypted cannot be read. Fonts that are only obfuscated do not matter.
import { ServiceError } from '@lectern/shared';
import type { Archive } from '../archive/archive.ts';
import { parseXml } from '../xml.ts';
import { decoded } from './package.ts';

const ENCRYPTION = 'META-INF/encryption.xml';
const FONT_OBFUSCATION = /^http:\/\/(www\.idpf\.org\/2008\/embedding|ns\.adobe\.com\/pdf\/enc#RC)/;

/** Paths in the archive that are encrypted. */
export async function encryptedFiles(archive: Archive): Promise<Set<string>> {
  const encrypted = new Set<string>();
  if (!archive.has(ENCRYPTION)) return encrypted;
  let isObfuscated = false;
  await parseXml(ENCRYPTION, archive.stream(ENCRYPTION), {
    open(name, { Algorithm, URI }) {
      if (name === 'EncryptedData') isObfuscated = false;
      // The file's own method comes before its reference, the key's method lies deeper and is none of fonts'.
      if (name === 'EncryptionMethod' && Algorithm !== undefined) isObfuscated ||= FONT_OBFUSCATION.test(Algorithm);
      if (name === 'CipherReference' && URI !== undefined && !isObfuscated) encrypted.add(decoded(URI).replace(/^\//, ''));
    },
  }, { doctype: 'external' });
  return encrypted;
}

export function refuseProtected(encrypted: ReadonlySet<string>, spine: readonly string[]): void {
  const covered = spine.filter((path) => encrypted.has(path)).length;
  if (covered === 0) return;
  throw new ServiceError('DOCUMENT_ENCRYPTED', `the EPUB is copy-protected (DRM): ${covered} of its ${spine.length} content files are encrypted`, {
    details: { encrypted: covered, files: spine.length },
  });
}
