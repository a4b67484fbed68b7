// GGUF model files: open, check, read tensors.
export { dequantize } from './dequantize.ts';
export { openGgufFile } from './open-gguf-file.ts';
export { readTensor, readTensorBytes } from './read-tensor.ts';
