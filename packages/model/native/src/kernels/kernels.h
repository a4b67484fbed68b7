// The transformer's kernels of one instruction set, and the panel layout they read. Plain pointers and sizes: no weak symbols here.
#pragma once

#include <stddef.h>

namespace lectern {

/** Output columns of one weight panel: one AVX-512 vector, two AVX2 vectors. */
constexpr size_t PANEL_COLS = 16;
/** A GEMM tile's columns: two panels. */
constexpr size_t TILE_COLS = 32;
constexpr size_t TILE_ROWS = 14;
/** Up to this many rows the panels are read as stored; above, unpacked to float once per tile column. */
constexpr size_t GEMV_ROWS = 4;

/**
 * How a panel's weights are stored. The value of a code is (code - zero) * scale + min of its group: exactly the file's own value.
 * Words are what one byte-wise multiply-add takes of a column: of eight rows the even ones, then the odd ones. Vector v = 2 i + h is the
 * 64 bytes of the words (i, h) of a u8 panel.
 */
enum class PanelFormat : unsigned char {
  f32,   // (k, 16) floats
  f16,   // (k, 16)
  bf16,  // (k, 16)
  u8,    // groups of: codes (group / 8, 2, 16) words, row 8 i + 2 j + h in byte j of word (i, h), zero 128; scales (16)
  u4,    // groups of: codes (group / 8, 16) words, row 8 i + j in bits 4 j..4 j + 3 of word i, zero 0; scales (16)
  u8_high,  // laid out as u4: the high nibbles of a u8 panel. Its value is that of 16 code + 8, the middle of the u8 codes that it may be
  u5,    // groups of 32: low nibbles of codes as u4; bytes (64) whose bit v is the fifth bit of vector v's byte; scales (16)
  u6,    // groups of 16: low nibbles of codes as u4; bytes (64) whose bits 2 v, 2 v + 1 are the fifth and sixth of vector v's byte; scales (16)
};

constexpr int ZERO_U8 = 128;
/** u8_high: value = (16 code + HIGH_OFFSET) * scale */
constexpr int HIGH_OFFSET = 8 - ZERO_U8;

/** Only kernels of 8 bits read these (Int8Kernels::tight_rows): a Linear has them from add_side on. */
constexpr bool is_tight(PanelFormat format) { return format == PanelFormat::u5 || format == PanelFormat::u6; }

constexpr bool has_nibbles(PanelFormat format) { return format == PanelFormat::u4 || format == PanelFormat::u8_high; }

/** 16 output columns of a weight matrix, k inner, in one stretch that is read from front to back: groups, then mins (k / group, 16). */
struct Panel {
  const unsigned char* data;
  size_t k;
  size_t group;  // inputs per scale, a multiple of 8; not of the float formats
  PanelFormat format;
  bool has_mins;
  bool half_scales;  // scales and mins are f16, where all of them are halves in the file too; else f32

  size_t code_bits() const { return format == PanelFormat::u8 ? 8 : format == PanelFormat::u6 ? 6 : format == PanelFormat::u5 ? 5 : 4; }
  size_t code_bytes() const { return group * PANEL_COLS * code_bits() / 8; }
  size_t scale_bytes() const { return PANEL_COLS * (half_scales ? 2 : 4); }
  size_t group_bytes() const { return code_bytes() + scale_bytes(); }
  size_t num_groups() const { return k / group; }
  /** tight: the zero of its codes, as in the file. */
  int tight_zero() const { return has_mins ? 0 : 1 << (code_bits() - 1); }
  const unsigned char* mins() const { return data + num_groups() * group_bytes(); }
  size_t bytes() const { return num_groups() * (group_bytes() + (has_mins ? scale_bytes() : 0)); }
};

enum class Epilogue {
  store,     // y = x W + bias
  add,       // y += x W
  silu_mul,  // y = silu(x W) * (x W2)
  gelu_mul,  // y = gelu(x W) * (x W2)
};

struct ModelKernels {
  /** tile (rows, 32) = a (rows, k) x b (k, 32); rows <= TILE_ROWS; tile rows TILE_COLS apart. Sums run over k in order. */
  void (*gemm_tile)(const float* a, size_t lda, size_t rows, const float* b, size_t k, float* tile);
  /** b[:, 0..16) of rows 32 apart = the panel as floats. */
  void (*unpack)(const Panel& panel, float* b);
  /** y (rows, 16), y_stride apart = x (rows, k) x panel; rows <= GEMV_ROWS. group_sums (rows, k / group): sums of x; only read with mins. */
  void (*gemv)(const Panel& panel, const float* x, size_t ldx, size_t rows, const float* group_sums, size_t ld_sums, float* y, size_t y_stride);
  /** out = x / sqrt(mean(x^2) + eps) * weight */
  void (*rms_norm)(const float* x, const float* weight, float eps, size_t dim, float* out);
  /** out = gate / (1 + exp(-gate)) * up */
  void (*silu_mul)(const float* gate, const float* up, float* out, size_t count);
  /** out = gate / (1 + exp(-2 c (gate + 0.044715 gate^3))) * up, c = sqrt(2 / pi): the tanh approximation of gelu. */
  void (*gelu_mul)(const float* gate, const float* up, float* out, size_t count);
  /** out += x */
  void (*add)(const float* x, float* out, size_t count);
  /** Rotates one head in place; cos, sin (head_dim / 2). direction +1 rotates, -1 rotates back. */
  void (*rope)(float* x, const float* cos, const float* sin, float direction, size_t head_dim, bool interleaved);
};

extern const ModelKernels model_scalar;
#ifdef LECTERN_X86_KERNELS
extern const ModelKernels model_avx2;
extern const ModelKernels model_avx512;
#endif

}  // namespace lectern
