// Room for the quantised rows of one product; grows and is reused.
#pragma once

#include "kernels/int8.h"
#include "weights/buffer.h"

namespace lectern {

class QuantBuffer {
 public:
  QuantRows reserve(size_t rows, size_t k, size_t num_outliers, bool one_scale = false) {
    const size_t groups = k / ACTIVATION_GROUP;
    QuantRows x{};
    x.k = k;
    x.num_outliers = num_outliers;
    x.one_scale = one_scale;
    x.num_side = (num_outliers + groups + 1) / 2 * 2;
    size_t used = 0;
    const auto take = [&](size_t bytes_per_row) {
      const size_t offset = used;
      used += (rows * bytes_per_row + 63) / 64 * 64 + 64;
      return offset;
    };
    const size_t codes = take(k), scales = take(groups * 4), offsets16 = take(2 * groups * 4), offsets32 = take(groups * 4);
    const size_t side = take(x.num_side * 2), side_scales = take(4);
    if (buffer_.bytes() < used) buffer_ = Buffer(used);
    x.codes = buffer_.as<signed char>(codes);
    x.scales = buffer_.as<float>(scales);
    x.offsets16 = buffer_.as<int>(offsets16);
    x.offsets32 = buffer_.as<int>(offsets32);
    x.side = buffer_.as<short>(side);
    x.side_scales = buffer_.as<float>(side_scales);
    return x;
  }

 private:
  Buffer buffer_;
};

}  // namespace lectern
