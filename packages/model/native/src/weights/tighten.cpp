#include "weights/tighten.h"

#include <cstring>

namespace lectern {

namespace {

constexpr size_t VECTOR = 4 * PANEL_COLS;  // bytes: four inputs of each column

}  // namespace

void tighten(const Panel& whole, const Panel& tight, unsigned char* out) {
  const size_t bits = tight.code_bits() - 4;  // above the nibble
  const unsigned char* from = whole.data;
  for (size_t g = 0; g < whole.num_groups(); g++, from += whole.group_bytes(), out += tight.group_bytes()) {
    unsigned char* high = out + whole.group / 2 * PANEL_COLS;
    for (size_t i = 0; i < whole.code_bytes(); i++) {
      const size_t vector = i / VECTOR, at = i % VECTOR;
      const int code = (from[i] - ZERO_U8 + tight.tight_zero()) & ((16 << bits) - 1);  // columns of padding hold other codes, with the scale 0
      unsigned char& nibbles = out[vector / 2 * VECTOR + at];
      nibbles = static_cast<unsigned char>(nibbles | (code & 15) << (vector % 2 * 4));
      high[at] = static_cast<unsigned char>(high[at] | code >> 4 << (vector * bits));
    }
    std::memcpy(out + tight.code_bytes(), from + whole.code_bytes(), whole.scale_bytes());
  }
}

}  // namespace lectern
