// The documents of a command's questions: handed in once, asked as often as wanted. One of several that cannot be read is left out.
import type { LecternClient, NewJob } from '@lectern/client';
import { type JobResult, ServiceError } from '@lectern/shared';
import type { DocumentInputs } from './input/documents.ts';
import { type Skipped, skippedLines } from './input/skipped.ts';
import { type DocumentName, nameOf } from './output/document-names.ts';
import type { DocumentNote } from './output/document-notes.ts';
import { runJob, type RunJobOptions } from './run-job.ts';
import { isAboutDocument, uploadDocuments } from './upload.ts';

export interface AskedDocuments {
  /** By id, in the order given. */
  names: Map<string, DocumentName>;
  skipped: Skipped[];
  /** How it was found, where that is worth knowing, and what the extraction says about the documents that were cited, or about the only one; each sentence once. */
  notesOn(result: JobResult): Promise<DocumentNote[]>;
  /** Of the files, as they lie on the disk. */
  numBytes: number;
  /** Runs one job about them to its result. */
  run(request: Omit<NewJob, 'document' | 'documents'>, options: RunJobOptions): Promise<JobResult>;
}

const MAX_NOTED_DOCUMENTS = 8;

/** `say`: lines for the person; not called about what was left out when it is one document. */
export async function handIn(client: LecternClient, { documents, skipped, isOne }: DocumentInputs, options: { say: (line: string) => void; signal: AbortSignal }): Promise<AskedDocuments> {
  const { say, signal } = options;
  const names = new Map<string, DocumentName>();
  let numTwice = 0;
  for (const [i, uploaded] of (await uploadDocuments(client, documents, signal)).entries()) {
    const shown = documents[i]!.name;
    if (uploaded instanceof ServiceError) {
      if (isOne) throw uploaded;
      skipped.push({ name: shown, reason: 'refused', why: uploaded.message });
    } else if (names.has(uploaded.id)) numTwice++;
    else names.set(uploaded.id, { shown, kept: uploaded.name });
  }
  if (names.size === 0) throw new ServiceError('VALIDATION', ['no file can be read', ...skippedLines(skipped)].join('; '));
  for (const line of skippedLines(skipped)) say(line);
  if (numTwice > 0) say(`files whose content is that of another: ${numTwice}; it is read once`);

  const said = new Set<string>();
  return {
    async notesOn(result) {
      const cited = names.size === 1 ? [...names.keys()] : [...new Set([...result.citations, ...(result.passages ?? [])].map(({ document }) => document))];
      const news = (result.notes ?? []).filter((note) => !said.has(note)).map((note): DocumentNote => ({ name: 'question', note }));
      for (const { note } of news) said.add(note);
      for (const id of cited.slice(0, MAX_NOTED_DOCUMENTS)) {
        if (said.has(id)) continue;
        said.add(id);
        const { notes = [] } = await client.documents.get(id, { signal });
        news.push(...notes.map((note) => ({ name: nameOf(names, id), note })));
      }
      return news;
    },
    names, skipped, numBytes: documents.reduce((sum, { numBytes }) => sum + numBytes, 0),
    async run(request, how) {
      for (;;) {
        try {
          return await runJob(client, { ...request, ...documentsOf(names) }, how);
        } catch (error) {
          const document = refusedDocument(error);
          if (document === undefined || !names.has(document) || names.size === 1) throw error;
          const left: Skipped = { name: names.get(document)!.shown, reason: 'refused', why: whyOf(error as ServiceError) };
          names.delete(document);
          skipped.push(left);
          for (const line of skippedLines([left])) say(line);
        }
      }
    },
  };
}

const documentsOf = (names: AskedDocuments['names']): { document: string } | { documents: string[] } => {
  const [first, ...others] = names.keys();
  return others.length === 0 ? { document: first! } : { documents: [first!, ...others] };
};

/** Without the document's name and id, which its line tells. */
const whyOf = ({ details, message }: ServiceError): string => (typeof details?.['reason'] === 'string' ? details['reason'] : message);

/** The document that made a job fail. */
function refusedDocument(error: unknown): string | undefined {
  const document = error instanceof ServiceError && isAboutDocument(error) ? error.details?.['document'] : undefined;
  return typeof document === 'string' ? document : undefined;
}
