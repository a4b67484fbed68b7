// Packing: rows of the file become columns of a panel.
#include "weights/linear.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "weights/tighten.h"

namespace lectern {

struct RowCodes {
  std::vector<int8_t> codes;
  std::vector<float> scales;
  std::vector<float> mins;

  explicit RowCodes(const Panel& p) : codes(p.group ? p.k : 0), scales(p.group ? p.num_groups() : 0), mins(scales.size()) {}
};

namespace {

size_t round_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

/** The float types: elements move as they are. */
void pack_plain(const Tensor& tensor, size_t row, size_t column, uint8_t* panel) {
  const size_t width = traits(tensor.type).block_bytes;
  const uint8_t* from = tensor.data + row * tensor.row_bytes();
  for (size_t i = 0; i < tensor.cols; i++) std::memcpy(panel + (i * PANEL_COLS + column) * width, from + i * width, width);
}

void put_scale(const Panel& p, float value, size_t column, uint8_t* scales) {
  if (p.half_scales) {
    const uint16_t half = float_to_half(value);
    std::memcpy(scales + column * 2, &half, 2);
  } else {
    std::memcpy(scales + column * 4, &value, 4);
  }
}

/** Row i of 4-bit codes; little-endian words: nibble j is in byte j / 2. */
void put_nibble(size_t i, int nibble, size_t column, uint8_t* codes) {
  uint8_t& byte = codes[(i / 8 * PANEL_COLS + column) * 4 + i % 8 / 2];
  byte = static_cast<uint8_t>(byte | (nibble << (i % 2 * 4)));
}

/** Where row i of a group lies: see PanelFormat. */
void put_code(const Panel& p, size_t i, int8_t code, size_t column, uint8_t* codes) {
  if (p.format == PanelFormat::u8) {
    const size_t word = (i / 8 * 2 + i % 2) * PANEL_COLS + column;
    codes[word * 4 + i % 8 / 2] = static_cast<uint8_t>(code + ZERO_U8);
  } else {
    put_nibble(i, p.format == PanelFormat::u8_high ? (code + ZERO_U8) >> 4 : code, column, codes);
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

/** See Linear::rest_norms: the norm of what low nibbles add, and room for the rounding of float sums over the groups, on both sides. */
float rest_norm(const RowCodes& row, const std::vector<uint16_t>& outliers) {
  const size_t num_groups = row.scales.size(), group = row.codes.size() / num_groups;
  double rest = 0, whole = 0;
  auto outlier = outliers.begin();
  for (size_t i = 0; i < row.codes.size(); i++) {
    if (outlier != outliers.end() && *outlier == i) {
      outlier++;
      continue;
    }
    const double scale = row.scales[i / group], value = scale * row.codes[i], left = scale * (((row.codes[i] + ZERO_U8) & 15) - 8);
    whole += value * value;
    rest += left * left;
  }
  rest = std::sqrt(rest);
  const double rounding = static_cast<double>(num_groups + 4) / (1 << 23);
  return static_cast<float>((rest + rounding * (2 * std::sqrt(whole) + rest)) * (1 + 1e-6));
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
constexpr size_t NORM_BYTES = PANEL_COLS * sizeof(float);
size_t side_bytes(size_t num_pairs) { return side_codes_bytes(num_pairs) + PANEL_COLS * sizeof(float); }

}  // namespace

Linear::Linear(const Tensor& tensor, Precision precision, ThreadPool& pool, Layout layout) : tensor_(tensor) {
  const TypeTraits& type = traits(tensor.type);
  requantised_ = type.group == 0 && precision == Precision::int8;
  const size_t num_panels = round_up(tensor.rows, 2 * PANEL_COLS) / PANEL_COLS;
  Panel panel{nullptr, tensor.cols, type.group, type.panel, type.has_mins, type.half_scales};
  if (requantised_) panel = {nullptr, tensor.cols, ACTIVATION_GROUP, PanelFormat::u8, false, false};
  // Other types' codes have 4 to 6 bits: their high nibbles say little.
  const bool planes = layout == Layout::planes && precision == Precision::int8 && (requantised_ || tensor.type == TensorType::Q8_0);
  if (planes) {
    panel.format = PanelFormat::u8_high;
    low_ = Buffer(num_panels * (panel.k / 2 * PANEL_COLS));
  }
  const size_t plain_bytes = tensor.cols * PANEL_COLS * type.block_bytes;
  const size_t int8_bytes = panel.group ? int8_panel_bytes(panel) : 0;
  const size_t bytes = !panel.group ? plain_bytes : precision == Precision::int8 ? std::max(panel.bytes(), int8_bytes) : panel.bytes();
  storage_ = Buffer(num_panels * bytes);
  for (size_t i = 0; i < num_panels; i++) {
    panel.data = storage_.as<uint8_t>(i * bytes);
    panels_.push_back(panel);
  }

  pool.run(num_panels, [&](size_t i, size_t) {
    RowCodes codes(panels_[i]);
    for (size_t column = 0; column < PANEL_COLS && i * PANEL_COLS + column < tensor.rows; column++) {
      uint8_t* to = storage_.as<uint8_t>(i * bytes);
      if (!panel.group) {
        pack_plain(tensor, i * PANEL_COLS + column, column, to);
        continue;
      }
      read_codes(i * PANEL_COLS + column, codes);
      pack_grouped(panels_[i], codes, column, to);
      for (size_t j = 0; planes && j < tensor.cols; j++) put_nibble(j, (codes.codes[j] + ZERO_U8) & 15, column, low_plane(i));
    }
  });
}

/** Decode is as fast as memory only where all that it reads of a matrix is one stretch without gaps. */
size_t Linear::int8_panel_bytes(const Panel& shape) const {
  return side_offset(shape) + side_bytes(num_pairs_of(shape, MAX_OUTLIERS)) + (has_planes() ? NORM_BYTES : 0);
}

void Linear::tighten_panels(ThreadPool& pool) {
  Panel shape = panels_[0];
  shape.format = traits(tensor_.type).tight;
  const size_t bytes = int8_panel_bytes(shape);
  Buffer tight(panels_.size() * bytes);
  pool.run(panels_.size(), [&](size_t i, size_t) {
    tighten(panels_[i], shape, tight.as<uint8_t>(i * bytes));
    panels_[i].format = shape.format;
    panels_[i].data = tight.as<uint8_t>(i * bytes);
  });
  storage_ = std::move(tight);
}

void Linear::read_codes(size_t row, RowCodes& codes) const {
  const uint8_t* bytes = tensor_.data + row * tensor_.row_bytes();
  if (!requantised_) return extract_codes(tensor_.type, bytes, tensor_.cols, codes.codes.data(), codes.scales.data(), codes.mins.data());
  std::vector<float> values(tensor_.cols);
  dequantize_row(tensor_.type, bytes, tensor_.cols, values.data());
  quantise_row(values, codes);
}

void Linear::add_side(const std::vector<uint16_t>& outliers, ThreadPool& pool, Packing packing) {
  if (outliers.size() > MAX_OUTLIERS) throw std::length_error("too many outliers");
  if (packing == Packing::tight && is_tight(traits(tensor_.type).tight)) tighten_panels(pool);
  outliers_ = outliers;
  const Tensor& tensor = tensor_;
  const Panel& shape = panels_[0];
  const size_t num_outliers = outliers.size();
  const size_t num_mins = shape.has_mins ? shape.num_groups() : 0;
  num_pairs_ = num_pairs_of(shape, num_outliers);
  std::atomic<bool> finite{true};
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
      if (!has_planes()) continue;
      RowCodes row_codes(shape);
      read_codes(i * PANEL_COLS + column, row_codes);
      const float norm = rest_norm(row_codes, outliers);
      reinterpret_cast<float*>(side_of(i) + side_bytes(num_pairs_))[column] = norm;
      if (!std::isfinite(norm) || !std::isfinite(side_scales[column])) finite = false;
    }
  });
  bounds_rests_ = has_planes() && finite;
}

const float* Linear::rest_norms(size_t panel) const { return reinterpret_cast<const float*>(side_of(panel) + side_bytes(num_pairs_)); }

uint8_t* Linear::side_of(size_t panel) const { return storage_.as<uint8_t>(panel * (storage_.bytes() / panels_.size()) + side_offset(panels_[panel])); }

Int8Panel Linear::int8_panel(size_t i) const {
  const uint8_t* side = side_of(i);
  return {panels_[i], reinterpret_cast<const int16_t*>(side), reinterpret_cast<const float*>(side + side_codes_bytes(num_pairs_)), num_pairs_};
}

namespace {

Panel joined(Panel panel, const uint8_t* data) {
  panel.format = PanelFormat::u8;
  panel.data = data;
  return panel;
}

}  // namespace

size_t Linear::joined_bytes() const { return has_planes() || has_tight_panels() ? joined(panels_[0], nullptr).bytes() : 0; }

Int8Panel Linear::whole_panel(size_t i, const Int8Kernels& kernels, size_t rows, uint8_t* room) const {
  if (rows > (has_planes() ? kernels.planes_rows : kernels.tight_rows)) return whole_panel(i, kernels, room);
  Int8Panel panel = int8_panel(i);
  if (has_planes()) panel.low = low_plane(i);
  return panel;
}

Int8Panel Linear::whole_panel(size_t i, const Int8Kernels& kernels, uint8_t* room) const {
  Int8Panel panel = int8_panel(i);
  if (!has_planes() && !has_tight_panels()) return panel;
  if (has_planes()) kernels.join(panel.panel, low_plane(i), room);
  else kernels.loosen(panel.panel, room);
  panel.panel = joined(panel.panel, room);
  return panel;
}

size_t Linear::high_bytes() const { return panels_.size() * (side_offset(panels_[0]) + side_bytes(num_pairs_) + (has_planes() ? NORM_BYTES : 0)); }

}  // namespace lectern
