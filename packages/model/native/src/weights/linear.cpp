// Packing: rows of the file become columns of a panel.
#include "weights/linear.h"

#include <algorithm>
#include <cstring>

namespace lectern {

namespace {

size_t round_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

size_t code_bytes(PanelFormat format, size_t k) {
  switch (format) {
    case PanelFormat::f32: return k * PANEL_COLS * 4;
    case PanelFormat::f16:
    case PanelFormat::bf16: return k * PANEL_COLS * 2;
    case PanelFormat::s8: return k * PANEL_COLS;
    case PanelFormat::u4: return k / 2 * PANEL_COLS;
  }
  return 0;
}

/** F32, F16, BF16: elements of `width` bytes move as they are. */
void pack_plain(const uint8_t* row, size_t cols, size_t column, size_t width, uint8_t* codes) {
  for (size_t i = 0; i < cols; i++) std::memcpy(codes + (i * PANEL_COLS + column) * width, row + i * width, width);
}

void pack_codes(PanelFormat format, const int8_t* codes, size_t cols, size_t column, uint8_t* to) {
  if (format == PanelFormat::s8) {
    for (size_t i = 0; i < cols; i++) to[i * PANEL_COLS + column] = static_cast<uint8_t>(codes[i]);
  } else {
    for (size_t i = 0; i < cols; i += 2) {
      to[i / 2 * PANEL_COLS + column] = static_cast<uint8_t>(codes[i] | (codes[i + 1] << 4));
    }
  }
}

}  // namespace

Linear::Linear(const Tensor& tensor, ThreadPool& pool) : num_outputs_(tensor.rows), num_inputs_(tensor.cols) {
  const TypeTraits& type = traits(tensor.type);
  const size_t num_panels = round_up(tensor.rows, 2 * PANEL_COLS) / PANEL_COLS;
  const size_t num_groups = type.group ? tensor.cols / type.group : 0;
  const size_t codes_size = round_up(code_bytes(type.panel, tensor.cols), 64);
  const size_t scales_size = num_groups * PANEL_COLS * sizeof(float);
  const size_t panel_bytes = codes_size + scales_size * (type.has_mins ? 2 : 1);
  storage_ = Buffer(num_panels * panel_bytes);
  for (size_t p = 0; p < num_panels; p++) {
    const size_t offset = p * panel_bytes;
    panels_.push_back({type.panel, tensor.cols, type.group, storage_.as<void>(offset),
                       num_groups ? storage_.as<float>(offset + codes_size) : nullptr,
                       type.has_mins ? storage_.as<float>(offset + codes_size + scales_size) : nullptr});
  }

  pool.run(num_panels, [&](size_t p, size_t) {
    std::vector<int8_t> codes(type.group ? tensor.cols : 0);
    std::vector<float> scales(num_groups), mins(num_groups);
    uint8_t* panel_codes = storage_.as<uint8_t>(p * panel_bytes);
    float* panel_scales = storage_.as<float>(p * panel_bytes + codes_size);
    float* panel_mins = storage_.as<float>(p * panel_bytes + codes_size + scales_size);
    for (size_t column = 0; column < PANEL_COLS && p * PANEL_COLS + column < tensor.rows; column++) {
      const uint8_t* row = tensor.data + (p * PANEL_COLS + column) * tensor.row_bytes();
      if (!type.group) {
        pack_plain(row, tensor.cols, column, type.block_bytes, panel_codes);
        continue;
      }
      extract_codes(tensor.type, row, tensor.cols, codes.data(), scales.data(), mins.data());
      pack_codes(type.panel, codes.data(), tensor.cols, column, panel_codes);
      for (size_t g = 0; g < num_groups; g++) panel_scales[g * PANEL_COLS + column] = scales[g];
      for (size_t g = 0; type.has_mins && g < num_groups; g++) panel_mins[g * PANEL_COLS + column] = mins[g];
    }
  });
}

}  // namespace lectern
