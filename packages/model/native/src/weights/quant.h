// GGML's tensor types: how their blocks are cut, and their codes, scales and mins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "kernels/kernels.h"

namespace lectern {

enum class TensorType : uint8_t { F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K };

struct TypeTraits {
  const char* name;
  size_t block;       // weights per block
  size_t block_bytes;
  size_t group;       // weights per scale; 0 for the float types
  bool has_mins;
  PanelFormat panel;
  bool half_scales;   // scales and mins are halves in the file; elsewhere products of a half and an integer
  PanelFormat tight;  // `panel` in as many bits as the file's codes have
};

const TypeTraits& traits(TensorType type);

/** Throws std::invalid_argument for an unknown name. */
TensorType tensor_type(const std::string& name);

/** `cols` consecutive weights of a row: weight i = codes[i] * scales[i / group] + mins[i / group]. Quantised types only. */
void extract_codes(TensorType type, const uint8_t* row, size_t cols, int8_t* codes, float* scales, float* mins);

/** The same as floats, every type. */
void dequantize_row(TensorType type, const uint8_t* row, size_t cols, float* out);

float half_to_float(uint16_t half);

/** Only for values that a half holds exactly. */
uint16_t float_to_half(float value);

}  // namespace lectern
