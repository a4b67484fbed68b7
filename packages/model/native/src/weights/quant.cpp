// One function per block layout of ggml. Scales and mins are products of a half and a small integer: exact in float.
#include "weights/quant.h"

#include <cstring>
#include <stdexcept>
#include <vector>

namespace lectern {

namespace {

constexpr TypeTraits TRAITS[] = {
    {"F32", 1, 4, 0, false, PanelFormat::f32, false, PanelFormat::f32},
    {"F16", 1, 2, 0, false, PanelFormat::f16, false, PanelFormat::f16},
    {"BF16", 1, 2, 0, false, PanelFormat::bf16, false, PanelFormat::bf16},
    {"Q8_0", 32, 34, 32, false, PanelFormat::u8, true, PanelFormat::u8},
    {"Q4_0", 32, 18, 32, true, PanelFormat::u4, false, PanelFormat::u4},
    {"Q4_1", 32, 20, 32, true, PanelFormat::u4, true, PanelFormat::u4},
    {"Q5_0", 32, 22, 32, false, PanelFormat::u8, true, PanelFormat::u5},
    {"Q5_1", 32, 24, 32, true, PanelFormat::u8, true, PanelFormat::u5},
    {"Q4_K", 256, 144, 32, true, PanelFormat::u4, false, PanelFormat::u4},
    {"Q5_K", 256, 176, 32, true, PanelFormat::u8, false, PanelFormat::u5},
    {"Q6_K", 256, 210, 16, false, PanelFormat::u8, false, PanelFormat::u6},
};

float half_at(const uint8_t* p) {
  uint16_t half;
  std::memcpy(&half, p, sizeof half);
  return half_to_float(half);
}

uint32_t word_at(const uint8_t* p) {
  uint32_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/** 16 bytes: low nibbles are weights 0..15, high nibbles 16..31. */
void nibbles(const uint8_t* bytes, int8_t* codes) {
  for (int i = 0; i < 16; i++) {
    codes[i] = static_cast<int8_t>(bytes[i] & 15);
    codes[i + 16] = static_cast<int8_t>(bytes[i] >> 4);
  }
}

void fifth_bits(uint32_t bits, int8_t* codes) {
  for (int i = 0; i < 32; i++) codes[i] = static_cast<int8_t>(codes[i] | (((bits >> i) & 1) << 4));
}

void q8_0(const uint8_t* b, int8_t* codes, float* scales, float*) {
  scales[0] = half_at(b);
  std::memcpy(codes, b + 2, 32);
}

void q4_0(const uint8_t* b, int8_t* codes, float* scales, float* mins) {
  scales[0] = half_at(b);
  mins[0] = -8.0f * scales[0];
  nibbles(b + 2, codes);
}

void q4_1(const uint8_t* b, int8_t* codes, float* scales, float* mins) {
  scales[0] = half_at(b);
  mins[0] = half_at(b + 2);
  nibbles(b + 4, codes);
}

void q5_0(const uint8_t* b, int8_t* codes, float* scales, float*) {
  scales[0] = half_at(b);
  nibbles(b + 6, codes);
  fifth_bits(word_at(b + 2), codes);
  for (int i = 0; i < 32; i++) codes[i] = static_cast<int8_t>(codes[i] - 16);
}

void q5_1(const uint8_t* b, int8_t* codes, float* scales, float* mins) {
  scales[0] = half_at(b);
  mins[0] = half_at(b + 2);
  nibbles(b + 8, codes);
  fifth_bits(word_at(b + 4), codes);
}

/** The 8 six-bit scales and mins that Q4_K and Q5_K pack into 12 bytes. */
void scales_k4(const uint8_t* b, float* scales, float* mins) {
  const float d = half_at(b);
  const float dmin = half_at(b + 2);
  const uint8_t* q = b + 4;
  for (int j = 0; j < 8; j++) {
    const int scale = j < 4 ? q[j] & 63 : (q[j + 4] & 15) | ((q[j - 4] >> 6) << 4);
    const int min = j < 4 ? q[j + 4] & 63 : (q[j + 4] >> 4) | ((q[j] >> 6) << 4);
    scales[j] = d * static_cast<float>(scale);
    mins[j] = -dmin * static_cast<float>(min);
  }
}

void q4_k(const uint8_t* b, int8_t* codes, float* scales, float* mins) {
  scales_k4(b, scales, mins);
  const uint8_t* q = b + 16;
  for (int half = 0; half < 4; half++, q += 32, codes += 64) {
    for (int i = 0; i < 32; i++) codes[i] = static_cast<int8_t>(q[i] & 15);
    for (int i = 0; i < 32; i++) codes[i + 32] = static_cast<int8_t>(q[i] >> 4);
  }
}

void q5_k(const uint8_t* b, int8_t* codes, float* scales, float* mins) {
  scales_k4(b, scales, mins);
  const uint8_t* high = b + 16;
  const uint8_t* q = b + 48;
  for (int half = 0; half < 4; half++, q += 32, codes += 64) {
    for (int i = 0; i < 32; i++) codes[i] = static_cast<int8_t>((q[i] & 15) | (((high[i] >> (2 * half)) & 1) << 4));
    for (int i = 0; i < 32; i++) codes[i + 32] = static_cast<int8_t>((q[i] >> 4) | (((high[i] >> (2 * half + 1)) & 1) << 4));
  }
}

void q6_k(const uint8_t* b, int8_t* codes, float* scales, float*) {
  const uint8_t* low = b;
  const uint8_t* high = b + 128;
  const int8_t* sub = reinterpret_cast<const int8_t*>(b + 192);
  const float d = half_at(b + 208);
  for (int j = 0; j < 16; j++) scales[j] = d * static_cast<float>(sub[j]);
  for (int half = 0; half < 2; half++, low += 64, high += 32, codes += 128) {
    for (int i = 0; i < 32; i++) {
      codes[i] = static_cast<int8_t>(((low[i] & 15) | ((high[i] & 3) << 4)) - 32);
      codes[i + 32] = static_cast<int8_t>(((low[i + 32] & 15) | (((high[i] >> 2) & 3) << 4)) - 32);
      codes[i + 64] = static_cast<int8_t>(((low[i] >> 4) | (((high[i] >> 4) & 3) << 4)) - 32);
      codes[i + 96] = static_cast<int8_t>(((low[i + 32] >> 4) | (((high[i] >> 6) & 3) << 4)) - 32);
    }
  }
}

using Extract = void (*)(const uint8_t* block, int8_t* codes, float* scales, float* mins);
constexpr Extract EXTRACT[] = {nullptr, nullptr, nullptr, q8_0, q4_0, q4_1, q5_0, q5_1, q4_k, q5_k, q6_k};

}  // namespace

const TypeTraits& traits(TensorType type) { return TRAITS[static_cast<size_t>(type)]; }

TensorType tensor_type(const std::string& name) {
  for (size_t i = 0; i < sizeof TRAITS / sizeof TRAITS[0]; i++) {
    if (name == TRAITS[i].name) return static_cast<TensorType>(i);
  }
  throw std::invalid_argument("tensor type " + name + " is unknown");
}

float half_to_float(uint16_t half) {
  const uint32_t sign = (half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 31u;
  const uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0) {
    const float small = static_cast<float>(mantissa) * 5.9604644775390625e-8f;  // 2^-24
    return sign ? -small : small;
  }
  const uint32_t bits = sign | (exponent == 31 ? 0x7f800000u : (exponent + 112) << 23) | (mantissa << 13);
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

uint16_t float_to_half(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t exponent = (bits >> 23) & 255u;
  const uint32_t mantissa = bits & 0x7fffffu;
  if (exponent == 255) return static_cast<uint16_t>(sign | 0x7c00u | (mantissa >> 13));
  if (exponent >= 113) return static_cast<uint16_t>(sign | ((exponent - 112) << 10) | (mantissa >> 13));
  if (exponent < 103) return static_cast<uint16_t>(sign);
  return static_cast<uint16_t>(sign | ((mantissa | 0x800000u) >> (126 - exponent)));
}

void extract_codes(TensorType type, const uint8_t* row, size_t cols, int8_t* codes, float* scales, float* mins) {
  const TypeTraits& t = traits(type);
  const size_t groups = t.block / t.group;
  for (size_t i = 0; i < cols / t.block; i++) {
    EXTRACT[static_cast<size_t>(type)](row + i * t.block_bytes, codes + i * t.block, scales + i * groups, mins + i * groups);
  }
}

void dequantize_row(TensorType type, const uint8_t* row, size_t cols, float* out) {
  const TypeTraits& t = traits(type);
  if (type == TensorType::F32) {
    std::memcpy(out, row, cols * 4);
  } else if (type == TensorType::F16) {
    for (size_t i = 0; i < cols; i++) out[i] = half_at(row + 2 * i);
  } else if (type == TensorType::BF16) {
    for (size_t i = 0; i < cols; i++) {
      const uint32_t bits = static_cast<uint32_t>(row[2 * i] | (row[2 * i + 1] << 8)) << 16;
      std::memcpy(out + i, &bits, 4);
    }
  } else {
    int8_t codes[256];
    float scales[16];
    float mins[16];
    for (size_t first = 0; first < cols; first += t.block, row += t.block_bytes) {
      extract_codes(type, row, t.block, codes, scales, mins);
      for (size_t i = 0; i < t.block; i++) {
        const float value = static_cast<float>(codes[i]) * scales[i / t.group];
        out[first + i] = t.has_mins ? value + mins[i / t.group] : value;
      }
    }
  }
}

}  // namespace lectern
