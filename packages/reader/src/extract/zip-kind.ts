// Which kind of document a ZIP archive is, by the names of its entries that can be seen and by the file's name. Nothing is unpacked.

/** EPUB and OpenDocument store their media type as the first entry, unpacked. */
const MIMETYPE_AT = 30;
const LOCAL_HEADER = Buffer.from('PK\x03\x04', 'latin1');
const LOOK_BYTES = 64 * 1024;

/** 'docx', 'epub', or a description of what it is instead; undefined when it is no ZIP archive. */
export function kindOfZip(bytes: Uint8Array, extension: string): string | undefined {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const isEmpty = all.subarray(0, 4).equals(Buffer.from('PK\x05\x06', 'latin1'));
  if (isEmpty) return 'an empty ZIP archive';
  if (!all.subarray(0, 4).equals(LOCAL_HEADER)) return undefined;
  const first = all.subarray(MIMETYPE_AT, MIMETYPE_AT + 100).toString('latin1');
  if (first.startsWith('mimetypeapplication/epub+zip')) return 'epub';
  if (/^mimetypeapplication\/vnd\.oasis\.opendocument\./.test(first)) return 'an OpenDocument file; save it as .docx';
  const names = seen(all);
  if (/(^|[^a-z])word\/[a-z]/i.test(names)) return 'docx';
  if (/(^|[^a-z])xl\/[a-z]/i.test(names)) return 'an Excel file';
  if (/(^|[^a-z])ppt\/[a-z]/i.test(names)) return 'a PowerPoint file';
  if (names.includes('META-INF/container.xml')) return 'epub';
  if (extension === 'docx' || extension === 'docm') return 'docx'; // extraction says what it lacks
  if (extension === 'epub') return 'epub';
  return 'a ZIP archive of another kind';
}

/** Both ends: names stand before each entry and once more in the directory at the end. */
const seen = (all: Buffer): string =>
  all.subarray(0, LOOK_BYTES).toString('latin1') + (all.length > LOOK_BYTES ? all.subarray(Math.max(LOOK_BYTES, all.length - LOOK_BYTES)).toString('latin1') : '');
