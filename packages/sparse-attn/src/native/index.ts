// What the model's addon shares with this one: finding, loading, picking the instruction set.
export { forcedIsa } from './config.ts';
export { nativeFileMapper } from './file-mapper.ts';
export { type IsaAddon, loadAddon } from './load-addon.ts';
