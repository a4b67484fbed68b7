// Matrix products in 8-bit integers: what the kernels read, and their table. Plain pointers and sizes: no weak symbols here.
//
// x ~ scale[g] * codes, one scale per row and group of 32 inputs, except for a few outlier inputs: a model has some whose values are
// many times the others', and would cost those most of their bits. Outliers are 0 in `codes` and are multiplied in 16 bits, as are the
// groups' sums, which the weights' mins are multiplied by. All sums are of integers; floats are added in one fixed order. So a row's
// result depends neither on the rows beside it nor on the number of threads.
#pragma once

#include "kernels/kernels.h"

namespace lectern {

constexpr size_t ACTIVATION_GROUP = 32;
constexpr size_t INT8_ROWS = 6;  // of a tile
/** 16-bit codes: 32 products of the two kinds stay below 2^30. */
constexpr int SIDE_ACTIVATION_MAX = 4095;
constexpr int SIDE_WEIGHT_MAX = 8191;
constexpr size_t SIDE_PAIRS_PER_SUM = 16;
constexpr size_t MAX_OUTLIERS = 32;

/** Rows of quantised activations. Codes of each eight inputs are stored in the order 0 2 4 6 1 3 5 7, as panels' words are. */
struct QuantRows {
  size_t k;
  size_t num_outliers;  // even
  size_t sums_stride;   // k / 32, rounded up to even
  signed char* codes;      // (rows, k)
  float* scales;           // (rows, k / 32)
  int* offsets16;          // (rows, k / 16): -128 * the sum of 16 codes
  int* offsets32;          // (rows, k / 32)
  short* outliers;         // (rows, num_outliers)
  float* outlier_scales;   // (rows)
  short* sums;             // (rows, sums_stride): the groups' sums
  float* sum_scales;       // (rows)

  QuantRows from_row(size_t row) const {
    return {k, num_outliers, sums_stride, codes + row * k, scales + row * (k / 32), offsets16 + row * (k / 16), offsets32 + row * (k / 32),
            outliers + row * num_outliers, outlier_scales + row, sums + row * sums_stride, sum_scales + row};
  }
};

struct Int8Panel {
  Panel panel;  // u8 or u4
  const short* outliers;        // (num_outliers / 2, 16, 2)
  const float* outlier_scales;  // (16)
  const short* mins;            // (num_min_pairs, 16, 2)
  const float* min_scales;      // (16)
  size_t num_min_pairs;         // 0 without mins
};

struct Int8Kernels {
  /** Row 0 of `out` from x (k); outlier_index (num_outliers) ascending. scratch (k + k / 32). */
  void (*quantise)(const float* x, const unsigned short* outlier_index, float* scratch, const QuantRows& out);
  /** tile (rows, num_panels * 16), rows `stride` apart = x times panels[0..num_panels); rows <= INT8_ROWS, num_panels 1 or 2. */
  void (*gemm)(const QuantRows& x, size_t rows, const Int8Panel* panels, size_t num_panels, float* tile, size_t stride);
};

#ifdef LECTERN_X86_KERNELS
extern const Int8Kernels int8_avx512vnni;
#endif

}  // namespace lectern
