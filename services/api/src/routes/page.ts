// Query of the lists: cursor paging.
import { z } from 'zod';
import { intQuery } from '../http/parse.ts';

export const pageQuery = z.strictObject({
  limit: intQuery(1, 100).default(20),
  /** nextCursor of the page before. */
  after: z.string().min(1).max(200).optional(),
});
