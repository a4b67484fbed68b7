// Packing: rows of the file become columns of a panel.
#include "weights/linear.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace lectern {

namespace {

size_t round_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

/** The float types: elements move as they are. */
void pack_plain(const Tensor& tensor, size_t row, size_t column, uint8_t* panel) {
  const size_t width = traits(tensor.type).block_bytes;
  const uint8_t* from = tensor.data + row * tensor.row_bytes();
  for (size_t i = 0; i < tensor.cols; i++) std::memcpy(panel + (i * PANEL_COLS + column) * width, from + i * width, width);
}

struct RowCodes {
  std::vector<int8_t> codes;
  std::vector<float> scales;
  std::vector<float> mins;
};

void put_scale(const Panel& p, float value, size_t column, uint8_t* scales) {
  if (p.half_scales) {
    const uint16_t half = float_to_half(value);
    std::memcpy(scales + column * 2, &half, 2);
  } else {
    std::memcpy(scales + column * 4, &value, 4);
  }
}

/** Where row i of a group lies: see PanelFormat. */
void put_code(const Panel& p, size_t i, int8_t code, size_t column, uint8_t* codes) {
  if (p.format == PanelFormat::u8) {
    const size_t word = (i / 8 * 2 + i % 2) * PANEL_COLS + column;
    codes[word * 4 + i % 8 / 2] = static_cast<uint8_t>(code + ZERO_U8);
  } else {  // little-endian words: nibble j is in byte j / 2
    uint8_t& byte = codes[(i / 8 * PANEL_COLS + column) * 4 + i % 8 / 2];
    byte = static_cast<uint8_t>(byte | (code << (i % 2 * 4)));
  }
}

void pack_grouped(const Panel& p, const RowCodes& row, size_t column, uint8_t* panel) {
  uint8_t* mins = panel + (p.mins() - p.data);
  for (size_t g = 0; g < p.num_groups(); g++, panel += p.group_bytes()) {
    for (size_t i = 0; i < p.group; i++) put_code(p, i, row.codes[g * p.group + i], column, panel);
    put_scale(p, row.scales[g], column, panel + p.code_bytes());
    if (p.has_mins) put_scale(p, row.mins[g], column, mins + g * p.scale_bytes());
  }
}

/** 8 bits, symmetric, in groups of 32. */
void quantise_row(const std::vector<float>& row, RowCodes& codes) {
  for (size_t g = 0; g < row.size() / ACTIVATION_GROUP; g++) {
    const float* x = row.data() + g * ACTIVATION_GROUP;
    float highest = 0;
    for (size_t i = 0; i < ACTIVATION_GROUP; i++) highest = std::max(highest, std::fabs(x[i]));
    codes.scales[g] = highest / 127.0f;
    const float inverse = highest > 0 ? 127.0f / highest : 0.0f;
    for (size_t i = 0; i < ACTIVATION_GROUP; i++) codes.codes[g * ACTIVATION_GROUP + i] = static_cast<int8_t>(std::nearbyint(x[i] * inverse));
  }
}

/** count values, `stride` apart in pairs of 16 columns; returns the scale. */
float put_side(const float* values, size_t count, size_t column, int16_t* to) {
  float highest = 0;
  for (size_t i = 0; i < count; i++) highest = std::max(highest, std::fabs(values[i]));
  if (!(highest > 0)) return 0;
  for (size_t i = 0; i < count; i++) {
    const float code = std::nearbyint(values[i] * (static_cast<float>(SIDE_WEIGHT_MAX) / highest));
    to[(i / 2 * PANEL_COLS + column) * 2 + i % 2] = static_cast<int16_t>(code);
  }
  return highest / static_cast<float>(SIDE_WEIGHT_MAX);
}

/** Where the side of a panel begins: at a line. */
size_t side_offset(const Panel& p) { return round_up(p.num_groups() * p.group_bytes(), 64); }
size_t num_pairs_of(const Panel& p, size_t num_outliers) { return round_up(num_outliers + (p.has_mins ? p.num_groups() : 0), 2) / 2; }
size_t side_codes_bytes(size_t num_pairs) { return num_pairs * PANEL_COLS * 2 * sizeof(int16_t); }
size_t side_bytes(size_t num_pairs) { return side_codes_bytes(num_pairs) + PANEL_COLS * sizeof(float); }

}  // namespace

Linear::Linear(const Tensor& tensor, Precision precision, ThreadPool& pool) : tensor_(tensor) {
  const TypeTraits& type = traits(tensor.type);
  const bool requantised = type.group == 0 && precision == Precision::int8;
  const size_t num_panels = round_up(tensor.rows, 2 * PANEL_COLS) / PANEL_COLS;
  Panel panel{nullptr, tensor.cols, type.group, type.panel, type.has_mins, type.half_scales};
  if (requantised) panel = {nullptr, tensor.cols, ACTIVATION_GROUP, PanelFormat::u8, false, false};
  const size_t plain_bytes = tensor.cols * PANEL_COLS * type.block_bytes;
  // Decode is as fast as memory only where all that it reads of a matrix is one stretch without gaps.
  const size_t int8_bytes = panel.group ? side_offset(panel) + side_bytes(num_pairs_of(panel, MAX_OUTLIERS)) : 0;
  const size_t bytes = !panel.group ? plain_bytes : precision == Precision::int8 ? std::max(panel.bytes(), int8_bytes) : panel.bytes();
  storage_ = Buffer(num_panels * bytes);
  for (size_t i = 0; i < num_panels; i++) {
    panel.data = storage_.as<uint8_t>(i * bytes);
    panels_.push_back(panel);
  }

  pool.run(num_panels, [&](size_t i, size_t) {
    const size_t groups = panel.group ? panel.num_groups() : 0;
    RowCodes codes{std::vector<int8_t>(panel.group ? tensor.cols : 0), std::vector<float>(groups), std::vector<float>(groups)};
    std::vector<float> values(requantised ? tensor.cols : 0);
    for (size_t column = 0; column < PANEL_COLS && i * PANEL_COLS + column < tensor.rows; column++) {
      const uint8_t* row = tensor.data + (i * PANEL_COLS + column) * tensor.row_bytes();
      uint8_t* to = storage_.as<uint8_t>(i * bytes);
      if (!panel.group) {
        pack_plain(tensor, i * PANEL_COLS + column, column, to);
        continue;
      }
      if (requantised) {
        dequantize_row(tensor.type, row, tensor.cols, values.data());
        quantise_row(values, codes);
      } else {
        extract_codes(tensor.type, row, tensor.cols, codes.codes.data(), codes.scales.data(), codes.mins.data());
      }
      pack_grouped(panels_[i], codes, column, to);
    }
  });
}

void Linear::add_side(const std::vector<uint16_t>& outliers, ThreadPool& pool) {
  if (outliers.size() > MAX_OUTLIERS) throw std::length_error("too many outliers");
  outliers_ = outliers;
  const Tensor& tensor = tensor_;
  const Panel& shape = panels_[0];
  const size_t num_outliers = outliers.size();
  const size_t num_mins = shape.has_mins ? shape.num_groups() : 0;
  num_pairs_ = num_pairs_of(shape, num_outliers);
  pool.run(panels_.size(), [&](size_t i, size_t) {
    std::vector<float> values(tensor.cols), picked(num_outliers + num_mins), scales(shape.num_groups());
    std::vector<int8_t> codes(tensor.cols);
    auto* side = reinterpret_cast<int16_t*>(side_of(i));
    auto* side_scales = reinterpret_cast<float*>(side_of(i) + side_codes_bytes(num_pairs_));
    std::memset(side, 0, side_bytes(num_pairs_));
    for (size_t column = 0; column < PANEL_COLS && i * PANEL_COLS + column < tensor.rows; column++) {
      const uint8_t* row = tensor.data + (i * PANEL_COLS + column) * tensor.row_bytes();
      dequantize_row(tensor.type, row, tensor.cols, values.data());
      for (size_t o = 0; o < num_outliers; o++) picked[o] = values[outliers[o]];
      if (num_mins) extract_codes(tensor.type, row, tensor.cols, codes.data(), scales.data(), picked.data() + num_outliers);
      side_scales[column] = put_side(picked.data(), picked.size(), column, side);
    }
  });
}

uint8_t* Linear::side_of(size_t panel) const { return storage_.as<uint8_t>(panel * (storage_.bytes() / panels_.size()) + side_offset(panels_[panel])); }

Int8Panel Linear::int8_panel(size_t i) const {
  const uint8_t* side = side_of(i);
  return {panels_[i], reinterpret_cast<const int16_t*>(side), reinterpret_cast<const float*>(side + side_codes_bytes(num_pairs_)), num_pairs_};
}

size_t Linear::int8_bytes() const { return panels_.size() * (side_offset(panels_[0]) + side_bytes(num_pairs_)); }

}  // namespace lectern
