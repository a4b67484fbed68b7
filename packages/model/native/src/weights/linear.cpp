// Packing: rows of the file become columns of a panel.
#include "weights/linear.h"

#include <cstring>

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

void pack_grouped(const Panel& p, const RowCodes& row, size_t column, uint8_t* panel) {
  for (size_t g = 0; g < p.k / p.group; g++, panel += p.group_bytes()) {
    const int8_t* codes = row.codes.data() + g * p.group;
    for (size_t i = 0; i < p.group; i++) {
      if (p.format == PanelFormat::s8) {
        panel[i * PANEL_COLS + column] = static_cast<uint8_t>(codes[i]);
      } else {  // little-endian words: nibble j is in byte j / 2
        uint8_t& byte = panel[(i / 8 * PANEL_COLS + column) * 4 + i % 8 / 2];
        byte = static_cast<uint8_t>(byte | (codes[i] << (i % 2 * 4)));
      }
    }
    put_scale(p, row.scales[g], column, panel + p.code_bytes());
    if (p.has_mins) put_scale(p, row.mins[g], column, panel + p.code_bytes() + p.scale_bytes());
  }
}

}  // namespace

Linear::Linear(const Tensor& tensor, ThreadPool& pool) : num_outputs_(tensor.rows), num_inputs_(tensor.cols) {
  const TypeTraits& type = traits(tensor.type);
  const size_t num_panels = round_up(tensor.rows, 2 * PANEL_COLS) / PANEL_COLS;
  Panel panel{nullptr, tensor.cols, type.group, type.panel, type.has_mins, type.half_scales};
  const size_t bytes = type.group ? tensor.cols / type.group * panel.group_bytes() : tensor.cols * PANEL_COLS * type.block_bytes;
  storage_ = Buffer(num_panels * bytes);
  for (size_t i = 0; i < num_panels; i++) {
    panel.data = storage_.as<uint8_t>(i * bytes);
    panels_.push_back(panel);
  }

  pool.run(num_panels, [&](size_t i, size_t) {
    const size_t groups = type.group ? tensor.cols / type.group : 0;
    RowCodes codes{std::vector<int8_t>(type.group ? tensor.cols : 0), std::vector<float>(groups), std::vector<float>(groups)};
    for (size_t column = 0; column < PANEL_COLS && i * PANEL_COLS + column < tensor.rows; column++) {
      const size_t row = i * PANEL_COLS + column;
      uint8_t* to = storage_.as<uint8_t>(i * bytes);
      if (!type.group) {
        pack_plain(tensor, row, column, to);
        continue;
      }
      extract_codes(tensor.type, tensor.data + row * tensor.row_bytes(), tensor.cols, codes.codes.data(), codes.scales.data(), codes.mins.data());
      pack_grouped(panels_[i], codes, column, to);
    }
  });
}

}  // namespace lectern
