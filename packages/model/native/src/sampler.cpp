#include "sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lectern {

namespace {

int32_t arg_max(const float* logits, size_t vocab_size) {
  return static_cast<int32_t>(std::max_element(logits, logits + vocab_size) - logits);
}

}  // namespace

int32_t Sampler::next(const float* logits, size_t vocab_size) {
  const int32_t best = arg_max(logits, vocab_size);
  if (temperature_ == 0) return best;
  weights_.resize(vocab_size);
  ranked_.resize(vocab_size);
  double total = 0;
  for (size_t i = 0; i < vocab_size; i++) {
    weights_[i] = std::exp((static_cast<double>(logits[i]) - static_cast<double>(logits[best])) / temperature_);
    total += weights_[i];
  }
  std::iota(ranked_.begin(), ranked_.end(), 0);
  std::sort(ranked_.begin(), ranked_.end(), [&](int32_t a, int32_t b) { return weights_[a] != weights_[b] ? weights_[a] > weights_[b] : a < b; });
  double nucleus = 0;
  size_t count = 0;
  while (count < vocab_size && nucleus < top_p_ * total) nucleus += weights_[ranked_[count++]];
  double rest = random() * nucleus;
  for (size_t i = 0; i < count; i++) {
    rest -= weights_[ranked_[i]];
    if (rest < 0) return ranked_[i];
  }
  return ranked_[0];
}

double Sampler::random() {
  state_ += 0x6d2b79f5u;
  uint32_t t = (state_ ^ (state_ >> 15)) * (state_ | 1u);
  t ^= t + (t ^ (t >> 7)) * (t | 61u);
  return static_cast<double>(t ^ (t >> 14)) / 4294967296.0;
}

}  // namespace lectern
