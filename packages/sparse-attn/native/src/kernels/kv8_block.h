// Keys and values of 64 positions of one (layer, KV head) in int8, one stretch of bytes, 64-byte aligned. Rows are written one by one,
// and what is stored of a row never depends on the other rows; rows not written yet may hold anything whose floats are finite.
//   k          s8  (64, head_dim)     codes of the key, rotated by hadamard_width(head_dim): orthonormal, so dot products stay
//   v          s8  (16, head_dim, 4)  codes of the value: position / 4, dimension, position % 4
//   k_scale    f32 (64)               key = k * k_scale
//   k_sum      i32 (64)               -128 * sum of the key's codes: what the queries' offset of 128 adds, taken back
//   v_log2     f32 (64)               log2 of the value's scale: value = v * 2^v_log2
//   v_inverse  f32 (64)               1 / that scale
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace lectern {

constexpr size_t KV8_POSITIONS = 64;
/** head_dim is a multiple of 16 and at most this. */
constexpr size_t KV8_MAX_HEAD_DIM = 512;

/** A key whose largest element is not above this is all zeros: 127 divided by it must be finite. */
constexpr float KEY_FLOOR = 1e-30f;
/** Least scale of a value, 2^-40: a row of zeros must not raise the block's maximum, and its 1 / scale must stay small beside 2^126. */
constexpr float VALUE_SCALE_FLOOR = 9.094947017729282e-13f;

/** Byte offsets of a block's parts. */
struct Kv8Layout {
  size_t v, k_scale, k_sum, v_log2, v_inverse, bytes;  // k is at 0
};

static inline Kv8Layout kv8_layout(size_t head_dim) {
  const size_t codes = KV8_POSITIONS * head_dim, floats = KV8_POSITIONS * 4;
  return {codes, 2 * codes, 2 * codes + floats, 2 * codes + 2 * floats, 2 * codes + 3 * floats, 2 * codes + 4 * floats};
}

/** Columns that one Hadamard transform mixes: the largest power of two that divides head_dim, at most 256. */
static inline size_t hadamard_width(size_t head_dim) {
  const size_t power = head_dim & (~head_dim + 1);
  return power < 256 ? power : 256;
}

}  // namespace lectern
