// GGML's tensor types by their number in a GGUF file: elements and bytes of one quantization block.
import type { TensorType } from '../contract.ts';

export interface BlockLayout {
  type: TensorType;
  numElements: number;
  numBytes: number;
}

const layout = (type: TensorType, numElements: number, numBytes: number): BlockLayout => ({ type, numElements, numBytes });

/** ggml_type -> layout. Numbers that are missing here are types that are not read (IQ*, TQ*, integers, ...). */
export const LAYOUT_BY_NUMBER: ReadonlyMap<number, BlockLayout> = new Map([
  [0, layout('F32', 1, 4)],
  [1, layout('F16', 1, 2)],
  [2, layout('Q4_0', 32, 18)],
  [3, layout('Q4_1', 32, 20)],
  [6, layout('Q5_0', 32, 22)],
  [7, layout('Q5_1', 32, 24)],
  [8, layout('Q8_0', 32, 34)],
  [12, layout('Q4_K', 256, 144)],
  [13, layout('Q5_K', 256, 176)],
  [14, layout('Q6_K', 256, 210)],
  [30, layout('BF16', 1, 2)],
]);

export const LAYOUTS: Readonly<Record<TensorType, BlockLayout>> = Object.fromEntries(
  [...LAYOUT_BY_NUMBER.values()].map((each) => [each.type, each]),
) as Record<TensorType, BlockLayout>;
