// GGUF model files: open, check, read tensors.
export { dequantize } from './dequantize.ts';
export { openModelFile } from './open-model-file.ts';
export { readTensor, readTensorBytes } from './read-tensor.ts';
