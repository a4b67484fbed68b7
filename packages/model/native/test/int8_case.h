// Random rows and panels for int8_kernels_test.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "int8/quant_buffer.h"
#include "weights/quant.h"

namespace lectern {

/** extreme: codes of both operands at the ends of their ranges, where sums in 16 bits would overflow. */
enum class Data { gaussian, outliers, extreme };

struct Format {
  const char* name;
  PanelFormat format;
  size_t group;
  bool has_mins;
  bool half_scales;
};

constexpr Format FORMATS[] = {
    {"u8 / 32, half", PanelFormat::u8, 32, false, true},        {"u8 / 32, half, mins", PanelFormat::u8, 32, true, true},
    {"u8 / 32, float", PanelFormat::u8, 32, false, false},      {"u8 / 32, float, mins", PanelFormat::u8, 32, true, false},
    {"u8 / 16, float", PanelFormat::u8, 16, false, false},      {"u4 / 32, half", PanelFormat::u4, 32, false, true},
    {"u8_high / 32, half", PanelFormat::u8_high, 32, false, true}, {"u8_high / 32, float", PanelFormat::u8_high, 32, false, false},
    {"u4 / 32, half, mins", PanelFormat::u4, 32, true, true},   {"u4 / 32, float, mins", PanelFormat::u4, 32, true, false},
};

/** Read by kernels with tight_rows. */
constexpr Format TIGHT_FORMATS[] = {
    {"u5, half", PanelFormat::u5, 32, false, true}, {"u5, half, mins", PanelFormat::u5, 32, true, true},
    {"u5, float, mins", PanelFormat::u5, 32, true, false}, {"u6, float", PanelFormat::u6, 16, false, false},
};

/** `k` values. outliers: three inputs 40 times the others, and a group of zeros. */
inline std::vector<float> random_row(size_t k, Data data, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> row(k);
  for (float& value : row) value = data == Data::extreme ? (random() % 5 ? 1.0f : -1.0f) : normal(random);
  if (data == Data::outliers) {
    for (size_t i : {size_t{3}, k / 2, k - 1}) row[i] *= 40.0f;
    std::fill(row.begin() + 32, row.begin() + 64, 0.0f);
  }
  return row;
}

/** Ascending; an even number of inputs that stand in the rows' 16-bit side. */
inline std::vector<uint16_t> outliers_of(size_t k) { return {3, 17, static_cast<uint16_t>(k / 2), static_cast<uint16_t>(k - 1)}; }

/** Quantised rows with storage of their own. */
struct Rows {
  QuantBuffer buffer;
  QuantRows x;

  Rows(const Int8Kernels& kernels, size_t rows, size_t k, Data data, bool one_scale = false) {
    const std::vector<uint16_t> outliers = outliers_of(k);
    x = buffer.reserve(rows, k, outliers.size(), one_scale);
    std::vector<float> scratch(k + x.num_side + 32);
    for (size_t r = 0; r < rows; r++) {
      kernels.quantise(random_row(k, data, static_cast<unsigned>(r + 1)).data(), outliers.data(), scratch.data(), x.from_row(r));
    }
  }
};

/** One panel with storage of its own: every code of the format occurs. */
class RandomPanel {
 public:
  RandomPanel(const Format& f, size_t k, Data data, unsigned seed) : random_(seed) {
    Panel panel{nullptr, k, f.group, f.format, f.has_mins, f.half_scales};
    bytes_ = Buffer(panel.bytes());
    auto* bytes = bytes_.as<uint8_t>(0);
    for (size_t g = 0; g < panel.num_groups(); g++) {
      uint8_t* group = bytes + g * panel.group_bytes();
      for (size_t i = 0; i < panel.code_bytes(); i++) group[i] = static_cast<uint8_t>(data == Data::extreme ? (random_() % 5 ? 255 : 0) : random_());
      put_scales(panel, group + panel.code_bytes());
      if (f.has_mins) put_scales(panel, bytes + panel.num_groups() * panel.group_bytes() + g * panel.scale_bytes());
    }
    panel.data = bytes;
    const size_t num_outliers = outliers_of(k).size();
    const size_t num_pairs = (num_outliers + (f.has_mins ? panel.num_groups() : 0) + 1) / 2;
    side_.resize(num_pairs * 2 * PANEL_COLS);
    for (short& code : side_) code = static_cast<short>(static_cast<int>(random_() % (2 * SIDE_WEIGHT_MAX + 1)) - SIDE_WEIGHT_MAX);
    side_scales_.resize(PANEL_COLS);
    for (float& scale : side_scales_) scale = 1e-6f * static_cast<float>(random_() % 100);
    panel_ = {panel, side_.data(), side_scales_.data(), num_pairs};
  }
  const Int8Panel& get() const { return panel_; }

 private:
  void put_scales(const Panel& panel, uint8_t* to) {
    for (size_t c = 0; c < PANEL_COLS; c++) {
      const auto half = static_cast<uint16_t>(0x1800 + random_() % 0x0800 + random_() % 2 * 0x8000);  // +-0.002 to 0.008
      const float value = half_to_float(half);
      if (panel.half_scales) __builtin_memcpy(to + 2 * c, &half, 2);
      else __builtin_memcpy(to + 4 * c, &value, 4);
    }
  }

  std::mt19937 random_;
  Buffer bytes_;
  std::vector<short> side_;
  std::vector<float> side_scales_;
  Int8Panel panel_{};
};

}  // namespace lectern
