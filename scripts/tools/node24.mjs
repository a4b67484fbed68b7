// The newest Node that Lectern is tested on, from the npm registry: the tests run on it besides the Node that runs everything else.
import { join } from 'node:path';
import { toolsFolder } from './home.mjs';
import { unpackNpmPackage } from './npm-tarball.mjs';

const VERSION = '24.21.0';

/** Path of the binary; fetched once. Linux and macOS. */
export const node24 = () => join(unpackNpmPackage(`node-${process.platform}-${process.arch}`, VERSION, toolsFolder()), 'bin', 'node');
