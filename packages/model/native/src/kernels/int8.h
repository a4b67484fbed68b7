// Matrix products in 8-bit integers: what the kernels read, and their table. Plain pointers and sizes: no weak symbols here.
//
// x ~ scale[g] * codes, one scale per row and group of 32 inputs (or, where that is good enough, one per row), except for a few outlier inputs: a model has some whose values are
// many times the others', and would cost those most of their bits. Outliers are 0 in `codes` and stand in the 16-bit `side`, followed by
// the groups' sums, which the weights' mins are multiplied by. All sums are of integers; floats are added in one fixed order. So a row's
// result depends neither on the rows beside it nor on the number of threads.
#pragma once

#include "kernels/kernels.h"

namespace lectern {

constexpr size_t ACTIVATION_GROUP = 32;
constexpr size_t INT8_ROWS = 7;  // of a tile
/** Bounds of 16-bit codes: the sum of 64 products stays below 2^31. */
constexpr int SIDE_ACTIVATION_MAX = 4095;
constexpr int SIDE_WEIGHT_MAX = 8191;
constexpr size_t SIDE_PAIRS_PER_SUM = 32;
constexpr size_t MAX_OUTLIERS = 16;

/** Rows of quantised activations. Codes of each eight inputs are stored in the order 0 2 4 6 1 3 5 7, as panels' words are. */
struct QuantRows {
  size_t k;
  size_t num_outliers;  // even
  size_t num_side;      // num_outliers + k / 32, rounded up to even
  signed char* codes;      // (rows, k)
  float* scales;           // (rows, k / 32)
  int* offsets16;          // (rows, k / 16): -128 * the sum of 16 codes
  int* offsets32;          // (rows, k / 32)
  short* side;             // (rows, num_side): outliers, then the groups' sums
  float* side_scales;      // (rows)
  bool one_scale = false;  // all of a row's scales are the same: kernels may multiply by it once, at the end

  QuantRows from_row(size_t row) const {
    return {k, num_outliers, num_side, codes + row * k, scales + row * (k / 32), offsets16 + row * (k / 16), offsets32 + row * (k / 32),
            side + row * num_side, side_scales + row, one_scale};
  }
};

struct Int8Panel {
  Panel panel;  // u8, u4 or u8_high; u5 and u6 where gemm takes them
  const short* side;         // (num_pairs, 16, 2): the outliers' weights, then the groups' mins where there are any
  const float* side_scales;  // (16)
  size_t num_pairs;
  const unsigned char* low = nullptr;  // u8_high: the low plane, with which gemm takes whole codes, where it does (Int8Kernels)
};

/** Where a tile goes. silu_mul, gelu_mul: panel 0 is the gate, panel 1 what it multiplies; 16 columns result. */
struct Int8Output {
  float* y;
  size_t stride;
  Epilogue epilogue;
  const float* bias;  // of the tile's first column; or null
};

struct Int8Kernels {
  /** Row 0 of `out` from x (k); outlier_index (num_outliers) ascending. scratch (k + num_side + 16). */
  void (*quantise)(const float* x, const unsigned short* outlier_index, float* scratch, const QuantRows& out);
  /** rows <= INT8_ROWS of x times 1 or 2 panels, of one shape; all their columns are written. */
  void (*gemm)(const QuantRows& x, size_t rows, const Int8Panel* panels, size_t num_panels, const Int8Output& out);
  /** out = the u8 panel whose high nibbles are `high` and whose low ones are `low`, (k / 8, 16) words laid out as u4. */
  void (*join)(const Panel& high, const unsigned char* low, unsigned char* out);
  /** Up to this many rows gemm takes one u8_high panel and its low plane as the u8 panel that they join to, bit for bit. */
  size_t planes_rows;
  /**
   * 0: nothing reads tight panels. Else gemm takes them as the u8 panels that they loosen to, bit for bit; a product of more rows than
   * this, tile after tile, is faster with these.
   */
  size_t tight_rows = 0;
  /** out = the u8 panel that the codes and scales of `tight` stand for. */
  void (*loosen)(const Panel& tight, unsigned char* out) = nullptr;
};

extern const Int8Kernels int8_scalar;
#ifdef LECTERN_X86_KERNELS
extern const Int8Kernels int8_avx2;
extern const Int8Kernels int8_avxvnni;
extern const Int8Kernels int8_avx512;
extern const Int8Kernels int8_avx512vnni;
#elif defined(LECTERN_ARM_KERNELS)
extern const Int8Kernels int8_neon;
#endif

}  // namespace lectern
