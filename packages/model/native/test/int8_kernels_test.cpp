// 8-bit products: every instruction set of this machine against the scalar one, which is the specification; bit for bit against each
// other, since all but scalar round fused. Prints what was tested.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "int8_case.h"
#include "kernel_tables.h"

namespace lectern {

#ifdef LECTERN_X86_KERNELS
/** The avxvnni kernels, encoded for a CPU with AVX-512 VNNI. */
extern const Int8Kernels int8_ymm_vnni;
#endif

namespace {

constexpr size_t SIZES[] = {32, 96, 576, 2080};  // the last one's side takes more than one sum
constexpr float SENTINEL = 77.0f;

[[noreturn]] void fail(const char* isa, const char* what, size_t k, size_t rows, double value) {
  std::fprintf(stderr, "failed: %s: %s (%g) at k %zu, %zu rows\n", isa, what, value, k, rows);
  std::exit(1);
}

template <typename T>
void expect_same(const char* isa, const char* what, const T* a, const T* b, size_t count, size_t k) {
  if (std::memcmp(a, b, count * sizeof(T)) != 0) fail(isa, what, k, INT8_ROWS, 0);
}

void test_quantise(const char* isa, const Int8Kernels& kernels, size_t k, Data data, bool one_scale) {
  const Rows rows(kernels, INT8_ROWS, k, data, one_scale), expected(int8_scalar, INT8_ROWS, k, data, one_scale);
  const QuantRows &a = rows.x, &b = expected.x;
  expect_same(isa, "codes differ", a.codes, b.codes, INT8_ROWS * k, k);
  expect_same(isa, "scales differ", a.scales, b.scales, INT8_ROWS * k / 32, k);
  expect_same(isa, "offsets of 16 differ", a.offsets16, b.offsets16, INT8_ROWS * k / 16, k);
  expect_same(isa, "offsets of 32 differ", a.offsets32, b.offsets32, INT8_ROWS * k / 32, k);
  expect_same(isa, "sides differ", a.side, b.side, INT8_ROWS * a.num_side, k);
  expect_same(isa, "scales of sides differ", a.side_scales, b.side_scales, INT8_ROWS, k);
  for (size_t i = 0; one_scale && i < INT8_ROWS * k / 32; i++) {
    if (a.scales[i] != a.scales[i / (k / 32) * (k / 32)]) fail(isa, "a row has more than one scale", k, INT8_ROWS, a.scales[i]);
  }
}

struct Tile {
  static constexpr size_t STRIDE = TILE_COLS + 8;
  alignas(64) float y[(INT8_ROWS + 1) * STRIDE];

  Tile(const Int8Kernels& kernels, const QuantRows& x, size_t rows, const Int8Panel* panels, size_t num_panels, Epilogue epilogue, const float* bias) {
    for (float& value : y) value = SENTINEL;
    kernels.gemm(x, rows, panels, num_panels, {y, STRIDE, epilogue, bias});
  }
};

/** Where a tile may write: everything else keeps the sentinel. */
void expect_bounds(const char* isa, const Tile& tile, size_t rows, size_t cols, size_t k) {
  for (size_t r = 0; r <= INT8_ROWS; r++) {
    for (size_t c = r < rows ? cols : 0; c < Tile::STRIDE; c++) {
      if (tile.y[r * Tile::STRIDE + c] != SENTINEL) fail(isa, "writes outside its tile", k, rows, static_cast<double>(c));
    }
  }
}

/** Of a row's largest result: sums of single results may cancel. */
void expect_close(const char* isa, const char* what, const Tile& tile, const Tile& expected, size_t rows, size_t cols, size_t k) {
  for (size_t r = 0; r < rows; r++) {
    double largest = 0, error = 0;
    for (size_t c = 0; c < cols; c++) {
      const double e = expected.y[r * Tile::STRIDE + c], difference = std::abs(tile.y[r * Tile::STRIDE + c] - e);
      largest = std::max(largest, std::abs(e));
      error = difference <= error ? error : difference;  // NaN counts
    }
    if (!(error <= 1e-5 * largest)) fail(isa, what, k, rows, error / largest);
  }
}

/** `fused`: kernels whose bits these must have, or null. Rows with one scale may be multiplied by it at the end, and have bits of their own. */
void test_gemm(const char* isa, const Int8Kernels& kernels, const Int8Kernels* fused, const Format& format, size_t k, Data data, bool one_scale) {
  const Rows x(int8_scalar, INT8_ROWS, k, data, one_scale);
  const RandomPanel first(format, k, data, 1), second(format, k, data, 2);
  const Int8Panel panels[2] = {first.get(), second.get()};
  std::vector<float> bias(TILE_COLS);
  for (size_t c = 0; c < TILE_COLS; c++) bias[c] = static_cast<float>(c) - 9.0f;
  for (size_t num_panels : {1, 2}) {
    for (const Epilogue epilogue : {Epilogue::store, Epilogue::add, Epilogue::silu_mul, Epilogue::gelu_mul}) {
      const bool is_gated = epilogue == Epilogue::silu_mul || epilogue == Epilogue::gelu_mul;
      if (is_gated && num_panels == 1) continue;
      const size_t cols = is_gated ? PANEL_COLS : num_panels * PANEL_COLS;
      const float* b = epilogue == Epilogue::store && format.has_mins ? bias.data() : nullptr;
      for (size_t rows = 1; rows <= INT8_ROWS; rows++) {
        const Tile tile(kernels, x.x, rows, panels, num_panels, epilogue, b), expected(int8_scalar, x.x, rows, panels, num_panels, epilogue, b);
        expect_bounds(isa, tile, rows, cols, k);
        expect_close(isa, format.name, tile, expected, rows, cols, k);
        if (!fused || one_scale) continue;
        const Tile same(*fused, x.x, rows, panels, num_panels, epilogue, b);
        if (std::memcmp(tile.y, same.y, sizeof tile.y) != 0) fail(isa, "not the bits of the other instruction sets", k, rows, static_cast<double>(epilogue));
      }
    }
  }
}

/** Without rounding: unit scales and exact values, so that results are the integers themselves, computed here by the definition. */
void test_integers(const char* isa, const Int8Kernels& kernels, const Format& format) {
  constexpr size_t k = 64;
  Rows x(int8_scalar, 2, k, Data::extreme);
  RandomPanel panel(format, k, Data::extreme, 3);
  Int8Panel p = panel.get();
  p.num_pairs = 0;
  auto* bytes = const_cast<unsigned char*>(p.panel.data);
  for (size_t g = 0; g < p.panel.num_groups(); g++) {
    for (size_t c = 0; c < PANEL_COLS; c++) {
      const uint16_t half = 0x3c00;
      const float one = 1.0f;
      unsigned char* scale = bytes + g * p.panel.group_bytes() + p.panel.code_bytes();
      if (format.half_scales) std::memcpy(scale + 2 * c, &half, 2);
      else std::memcpy(scale + 4 * c, &one, 4);
    }
  }
  for (size_t i = 0; i < 2 * k / ACTIVATION_GROUP; i++) x.x.scales[i] = 1.0f;
  Tile tile(kernels, x.x, 2, &p, 1, Epilogue::store, nullptr);
  for (size_t r = 0; r < 2; r++) {
    for (size_t c = 0; c < PANEL_COLS; c++) {
      int expected = 0;
      for (size_t i = 0; i < k; i++) {  // input i of the row, at its place in the codes and in the panel
        const size_t in_group = i % format.group, eight = in_group / 8 * 8, at = i - in_group + eight + in_group % 2 * 4 + in_group % 8 / 2;
        const unsigned char* codes = p.panel.data + i / format.group * p.panel.group_bytes();
        const size_t word = has_nibbles(format.format) ? in_group / 8 * PANEL_COLS + c : (in_group / 8 * 2 + in_group % 2) * PANEL_COLS + c;
        const unsigned char byte = codes[word * 4 + in_group % 8 / 2];
        const int nibble = in_group % 2 ? byte >> 4 : byte & 15;
        const int code = format.format == PanelFormat::u4 ? nibble : format.format == PanelFormat::u8_high ? 16 * nibble + 8 - 128 : byte - ZERO_U8;
        expected += code * x.x.codes[r * k + at];
      }
      if (tile.y[r * Tile::STRIDE + c] != static_cast<float>(expected)) fail(isa, "a sum of integers is wrong", k, 2, tile.y[r * Tile::STRIDE + c] - expected);
    }
  }
}

/** The two planes of a u8 panel give that panel again. */
void test_join(const char* isa, const Int8Kernels& kernels, const Format& format, size_t k) {
  const RandomPanel random(format, k, Data::gaussian, 5);
  const Panel& whole = random.get().panel;
  Panel high = whole;
  high.format = PanelFormat::u8_high;
  std::vector<unsigned char> high_bytes(high.bytes()), low(k / 2 * PANEL_COLS), out(whole.bytes() + 1, 0xa5);
  for (size_t g = 0; g < whole.num_groups(); g++) {
    const unsigned char* from = whole.data + g * whole.group_bytes();
    unsigned char* to = high_bytes.data() + g * high.group_bytes();
    for (size_t i = 0; i < whole.code_bytes(); i++) {  // byte i of 128 for eight rows: the first 64 are the even rows', whose nibbles are the lower ones
      const size_t at = i / 128 * 64 + i % 64;
      const int shift = i % 128 < 64 ? 0 : 4;
      to[at] = static_cast<unsigned char>(to[at] | (from[i] >> 4) << shift);
      low[g * high.code_bytes() + at] = static_cast<unsigned char>(low[g * high.code_bytes() + at] | (from[i] & 15) << shift);
    }
    std::memcpy(to + high.code_bytes(), from + whole.code_bytes(), whole.scale_bytes());
  }
  high.data = high_bytes.data();
  kernels.join(high, low.data(), out.data());
  if (std::memcmp(out.data(), whole.data, whole.bytes()) != 0) fail(isa, "planes do not join to their panel", k, 1, 0);
  const Rows x(int8_scalar, INT8_ROWS, k, Data::gaussian);
  Int8Panel planes = random.get();
  planes.panel = high;
  planes.low = low.data();
  for (size_t rows = 1; rows <= kernels.planes_rows; rows++) {
    const Tile tile(kernels, x.x, rows, &planes, 1, Epilogue::store, nullptr), same(kernels, x.x, rows, &random.get(), 1, Epilogue::store, nullptr);
    if (std::memcmp(tile.y, same.y, sizeof tile.y) != 0) fail(isa, "planes have other products than their panel", k, rows, 0);
  }
  if (out.back() != 0xa5) fail(isa, "joining writes past the panel", k, 1, 0);
}

/** By the definition of the format: its code for input i of a group and column c. */
int tight_code(const Panel& tight, const unsigned char* group, size_t i, size_t c) {
  const size_t above = tight.code_bits() - 4, vector = i / 8 * 2 + i % 2, byte = 4 * c + i % 8 / 2;
  const int nibble = group[vector / 2 * 64 + byte] >> (i % 2 * 4) & 15, high = group[tight.group * 8 + byte] >> (vector * above) & ((1 << above) - 1);
  return high * 16 + nibble;
}

/** A tight panel's codes, one by one, as those of the u8 panel. */
void test_loosen(const char* isa, const Int8Kernels& kernels, const Panel& tight, std::vector<unsigned char>& out, Panel& whole) {
  whole = tight;
  whole.format = PanelFormat::u8;
  const size_t groups_bytes = whole.num_groups() * whole.group_bytes();
  out.assign(groups_bytes + 1, 0xa5);
  kernels.loosen(tight, out.data());
  whole.data = out.data();
  for (size_t g = 0; g < tight.num_groups(); g++) {
    const unsigned char *from = tight.data + g * tight.group_bytes(), *to = out.data() + g * whole.group_bytes();
    for (size_t i = 0; i < tight.group; i++) {
      for (size_t c = 0; c < PANEL_COLS; c++) {
        const int zero = tight.has_mins ? 0 : tight.format == PanelFormat::u5 ? 16 : 32;
        const int expected = tight_code(tight, from, i, c) - zero + ZERO_U8, found = to[((i / 8 * 2 + i % 2) * PANEL_COLS + c) * 4 + i % 8 / 2];
        if (found != expected) fail(isa, "a tight panel's code is another one when loosened", tight.k, 1, found - expected);
      }
    }
    if (std::memcmp(from + tight.code_bytes(), to + whole.code_bytes(), tight.scale_bytes()) != 0) fail(isa, "a tight panel's scales are other ones when loosened", tight.k, 1, 0);
  }
  if (out.back() != 0xa5) fail(isa, "loosening writes past the groups", tight.k, 1, 0);
}

/** Products with tight panels have the bits of those with the u8 panels that they loosen to. */
void test_tight(const char* isa, const Int8Kernels& kernels, const Format& format, size_t k, Data data, bool one_scale) {
  const Rows x(int8_scalar, INT8_ROWS, k, data, one_scale);
  const RandomPanel first(format, k, data, 1), second(format, k, data, 2);
  const Int8Panel tight[2] = {first.get(), second.get()};
  Int8Panel whole[2] = {tight[0], tight[1]};
  std::vector<unsigned char> loose[2];
  for (size_t i = 0; i < 2; i++) test_loosen(isa, kernels, tight[i].panel, loose[i], whole[i].panel);
  std::vector<float> bias(TILE_COLS, 0.25f);
  for (size_t num_panels : {1, 2}) {
    for (const Epilogue epilogue : {Epilogue::store, Epilogue::add, Epilogue::silu_mul, Epilogue::gelu_mul}) {
      const bool is_gated = epilogue == Epilogue::silu_mul || epilogue == Epilogue::gelu_mul;
      if (is_gated && num_panels == 1) continue;
      const float* b = epilogue == Epilogue::store ? bias.data() : nullptr;
      for (size_t rows = 1; rows <= INT8_ROWS; rows++) {
        const Tile tile(kernels, x.x, rows, tight, num_panels, epilogue, b), same(kernels, x.x, rows, whole, num_panels, epilogue, b);
        if (std::memcmp(tile.y, same.y, sizeof tile.y) != 0) fail(isa, format.name, k, rows, static_cast<double>(epilogue));
      }
    }
  }
}

void test_kernels(const char* name, const Int8Kernels& kernels, const Int8Kernels* fused) {
  for (const Format& format : FORMATS) test_integers(name, kernels, format);
  for (const size_t k : SIZES) {
    for (const Data data : {Data::gaussian, Data::outliers, Data::extreme}) {
      if (k == 32 && data == Data::outliers) continue;  // it has but one group
      for (const bool one_scale : {false, true}) test_quantise(name, kernels, k, data, one_scale);
      for (const Format& format : FORMATS) {
        for (const bool one_scale : {false, true}) test_gemm(name, kernels, fused, format, k, data, one_scale);
        if (format.format == PanelFormat::u8 && !format.has_mins) test_join(name, kernels, format, k);
      }
      for (const Format& format : TIGHT_FORMATS) {
        for (const bool one_scale : {false, true}) {
          if (kernels.tight_rows > 0) test_tight(name, kernels, format, k, data, one_scale);
        }
      }
    }
  }
  std::puts(name);
}

}  // namespace
}  // namespace lectern

int main() {
  using namespace lectern;
  const Int8Kernels* fused = nullptr;
  for (const Isa isa : ISAS) {
    const Int8Kernels* kernels = is_supported(isa) ? int8_kernels(isa) : nullptr;
    if (!kernels) continue;
    test_kernels(isa_name(isa), *kernels, fused);
    if (isa != Isa::scalar && !fused) fused = kernels;
  }
#ifdef LECTERN_X86_KERNELS
  if (is_supported(Isa::avx512vnni)) test_kernels("avxvnni, encoded for avx512vnni", int8_ymm_vnni, fused);
#endif
}
