// The files of one question: those named, and those below the folders named. What cannot be read is left out and told, unless it is all there is.
import { realpath, stat } from 'node:fs/promises';
import { MAX_JOB_DOCUMENTS, ServiceError } from '@lectern/shared';
import type { CliConfig } from '../config.ts';
import { type DocumentInput, inspect, openDocument } from './document-input.ts';
import { filesIn } from './folder.ts';
import { type Skipped, skippedLines, type SkipReason } from './skipped.ts';

export interface DocumentInputs {
  documents: DocumentInput[];
  skipped: Skipped[];
  /** One file was named: what is wrong with it is an error. */
  isOne: boolean;
  dispose(): Promise<void>;
}

export async function openDocuments(paths: readonly string[], config: CliConfig): Promise<DocumentInputs> {
  if (paths.length === 1 && !(await isFolder(paths[0]!))) {
    const document = await openDocument(paths[0]!, config);
    return { documents: [document], skipped: [], isOne: true, dispose: () => document.dispose() };
  }
  const inputs: DocumentInputs = {
    documents: [], skipped: [], isOne: false,
    async dispose() {
      for (const document of this.documents) await document.dispose();
    },
  };
  try {
    await collect(paths, config, inputs);
    if (inputs.documents.length === 0) {
      throw new ServiceError('VALIDATION', [`nothing can be read in ${paths.map((path) => `the folder ${path}`).join(', ')}`, ...skippedLines(inputs.skipped)].join('; '), { details: { paths: [...paths] } });
    }
    return inputs;
  } catch (error) {
    await inputs.dispose();
    throw error;
  }
}

async function collect(paths: readonly string[], config: CliConfig, { documents, skipped }: DocumentInputs): Promise<void> {
  const seen = new Set<string>(); // the same file named twice, or below a folder that is named too
  const add = async (path: string): Promise<void> => {
    const real = await realpath(path).catch(() => path);
    if (seen.has(real)) return;
    seen.add(real);
    try {
      documents.push(await inspect(path, path, config.maxDocumentBytes));
    } catch (error) {
      skipped.push(skippedFor(path, error));
    }
    if (documents.length > MAX_JOB_DOCUMENTS) {
      throw new ServiceError('VALIDATION', `more than ${MAX_JOB_DOCUMENTS} files can be read; one question takes at most that many`, { details: { limit: MAX_JOB_DOCUMENTS } });
    }
  };
  for (const path of paths) {
    if (path === '-') documents.push(await openDocument(path, config));
    else if (await isFolder(path)) {
      for await (const found of filesIn(path)) {
        if ('file' in found) await add(found.file);
        else skipped.push(found.skipped);
      }
    } else {
      await stat(path).catch(() => inspect(path, path, config.maxDocumentBytes)); // a name that was typed wrong is an error
      await add(path);
    }
  }
}

const isFolder = (path: string): Promise<boolean> => stat(path).then((facts) => facts.isDirectory(), () => false);

const REASONS: Partial<Record<ServiceError['code'], SkipReason>> = {
  DOCUMENT_EMPTY: 'empty', DOCUMENT_TOO_LARGE: 'too-large', NOT_FOUND: 'not-readable', VALIDATION: 'kind', UNSUPPORTED_MEDIA_TYPE: 'kind', DOCUMENT_BINARY: 'kind',
};

function skippedFor(name: string, error: unknown): Skipped {
  if (!(error instanceof ServiceError)) throw error;
  return { name, reason: REASONS[error.code] ?? 'refused', why: withoutName(name, error.message) };
}

/** The line names the file already. */
function withoutName(name: string, message: string): string {
  const subject = [`${name} `, `'${name.slice(-100)}' `].find((start) => message.startsWith(start));
  return subject === undefined ? message.replace(`cannot read ${name}: `, '') : `it ${message.slice(subject.length)}`;
}
