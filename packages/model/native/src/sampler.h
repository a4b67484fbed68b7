// The next token from logits: greedy, or sampled with temperature and nucleus (top-p) from a seeded generator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lectern {

class Sampler {
 public:
  /** temperature 0 takes the largest logit, ties to the lower id. */
  Sampler(double temperature, double top_p, uint32_t seed) : temperature_(temperature), top_p_(top_p), state_(seed) {}

  int32_t next(const float* logits, size_t vocab_size);

 private:
  /** mulberry32: uniform in [0, 1), the same stream as the reference engine's. */
  double random();

  double temperature_;
  double top_p_;
  uint32_t state_;
  std::vector<double> weights_;
  std::vector<int32_t> ranked_;
};

}  // namespace lectern
