// What find and ask do where the caller says nothing: the same as the API's defaults.
import { jobRequestSchema, ROUTES } from '@lectern/shared';
import type { AskArgs, AskOptions, FindArgs, FindOptions } from './contract.ts';

const { top, mode, maxOutputTokens } = jobRequestSchema.shape;

export const withFindDefaults = (args: FindArgs): FindOptions => ({ routes: ROUTES, top: top.parse(undefined), ...args });

export const withAskDefaults = (args: AskArgs): AskOptions => ({
  ...withFindDefaults(args), mode: mode.parse(undefined), maxOutputTokens: maxOutputTokens.parse(undefined), ...args,
});
