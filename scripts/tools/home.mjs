// Where this user's installed tools live.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export const toolsFolder = () => join(resolve(process.env.LECTERN_HOME || join(homedir(), '.lectern')), 'tools');

/** LECTERN_NO_INSTALL=1: say what is missing instead of installing it. */
export const mayInstall = () => !['1', 'true', 'yes'].includes((process.env.LECTERN_NO_INSTALL ?? '').toLowerCase());
