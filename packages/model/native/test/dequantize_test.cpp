// A filter: each line of the input is a tensor type, a number of weights and their bytes in hex; each line of the output their floats in hex.
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "weights/quant.h"

int main() {
  std::string type;
  size_t count;
  std::string hex;
  while (std::cin >> type >> count >> hex) {
    std::vector<uint8_t> bytes(hex.size() / 2);
    for (size_t i = 0; i < bytes.size(); i++) bytes[i] = static_cast<uint8_t>(std::stoul(hex.substr(2 * i, 2), nullptr, 16));
    std::vector<float> values(count);
    lectern::dequantize_row(lectern::tensor_type(type), bytes.data(), count, values.data());
    const auto* out = reinterpret_cast<const uint8_t*>(values.data());
    for (size_t i = 0; i < 4 * count; i++) std::printf("%02x", out[i]);
    std::printf("\n");
  }
  return 0;
}
