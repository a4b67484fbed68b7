// The door for who builds on TensorFlow.js (@lectern/sparse-attn/tfjs). Apart from the main one, whose types need no TensorFlow.js.
export { attendTiles, type KeyTile, MASKED, MAX_SCORES } from './attend-tiles.ts';
export { startTfjs, type Tf, type TfjsBackend } from './backend.ts';
export { blockLseRows } from './block-lse.ts';
export { quietTensorflow } from './config.ts';
