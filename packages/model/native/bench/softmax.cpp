// Three ways of a softmax over many blocks of keys, on the same f32 kernels, 192 query rows, head_dim 64:
//   two passes: scores of all blocks for the largest and the sum, then scores again, weights and values with both known;
//   online: one pass, what was summed is corrected when a larger score comes;
//   online, negligible blocks left out: those whose share of the softmax is below a threshold for every row (known here beforehand: the
//   time without the choice, so the most that skipping could gain).
#include <cmath>
#include <cstdio>
#include <random>

#include "attend.h"
#include "block_lse.h"
#include "measure.h"

namespace lectern {

namespace {

constexpr size_t HEAD_DIM = 64, NUM_BLOCKS = 64, NUM_ROWS = 192;

/** Keys of which some blocks lie near the queries, as in text: shares of blocks spread over orders of magnitude. */
struct Problem {
  std::vector<float> q, k, v;
  Problem() : q(NUM_ROWS * HEAD_DIM), k(NUM_BLOCKS * KEYS_PER_CALL * HEAD_DIM), v(k.size()) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    std::vector<float> topic(HEAD_DIM);
    for (float& value : topic) value = normal(random);
    for (size_t i = 0; i < q.size(); i++) q[i] = normal(random) + topic[i % HEAD_DIM];
    for (size_t i = 0; i < k.size(); i++) {
      const auto block = static_cast<float>(i / (KEYS_PER_CALL * HEAD_DIM));
      k[i] = normal(random) + topic[i % HEAD_DIM] * (2.0f - 3.0f * block / NUM_BLOCKS);
      v[i] = normal(random);
    }
  }
};

struct Run {
  std::vector<float> out = std::vector<float>(NUM_ROWS * HEAD_DIM);
  AttendScratch scratch;
};

void online(const AttentionKernels& kernels, const Problem& p, const std::vector<size_t>& blocks, Run& run) {
  std::vector<KeySpan> spans;
  for (size_t b : blocks) {
    const size_t first = b * KEYS_PER_CALL;
    spans.push_back({p.k.data() + first * HEAD_DIM, p.v.data() + first * HEAD_DIM, KEYS_PER_CALL, static_cast<int64_t>(first)});
  }
  attend(kernels, {p.q.data(), HEAD_DIM, NUM_ROWS, 1, HEAD_DIM, 0.125f, spans.data(), spans.size(), HEAD_DIM, int64_t{1} << 40, 0, run.out.data(), HEAD_DIM, nullptr, 0}, run.scratch);
}

/** lse (NUM_BLOCKS, NUM_ROWS) */
void first_pass(const AttentionKernels& kernels, const Problem& p, std::vector<float>& lse, Run& run) {
  std::vector<int32_t> starts;
  for (size_t b = 0; b <= NUM_BLOCKS; b++) starts.push_back(static_cast<int32_t>(b * KEYS_PER_CALL));
  block_lse(kernels, {p.q.data(), HEAD_DIM, NUM_ROWS, HEAD_DIM, 0.125f, starts.data(), 0, NUM_BLOCKS, p.k.data(), nullptr, nullptr, lse.data()}, run.scratch);
}

double relative_error(const std::vector<float>& a, const std::vector<float>& b) {
  double error = 0, norm = 0;
  for (size_t i = 0; i < a.size(); i++) error += std::pow(a[i] - b[i], 2), norm += std::pow(b[i], 2);
  return std::sqrt(error / norm);
}

}  // namespace

void bench_softmax() {
  const AttentionKernels& kernels = attention_kernels(best_isa());
  const Problem p;
  Run all, some;
  std::vector<size_t> every(NUM_BLOCKS);
  for (size_t b = 0; b < NUM_BLOCKS; b++) every[b] = b;
  std::vector<float> lse(NUM_BLOCKS * NUM_ROWS);
  const double one = least_seconds(1, 15, [&](size_t) { online(kernels, p, every, all); });
  const double first = least_seconds(1, 15, [&](size_t) { first_pass(kernels, p, lse, some); });
  std::printf("{\"softmax\": \"online\", \"blocks\": %zu, \"us\": %.1f, \"ratio\": 1}\n", NUM_BLOCKS, 1e6 * one);
  std::printf("{\"softmax\": \"two passes\", \"blocks\": %zu, \"us\": %.1f, \"ratio\": %.3f}\n", NUM_BLOCKS, 1e6 * (one + first), (one + first) / one);
  for (const double threshold : {1e-4, 1e-3, 1e-2}) {
    std::vector<size_t> kept;
    for (size_t b = 0; b < NUM_BLOCKS; b++) {
      bool needed = false;
      for (size_t r = 0; r < NUM_ROWS && !needed; r++) {
        double total = 0;
        for (size_t other = 0; other < NUM_BLOCKS; other++) total += std::exp(static_cast<double>(lse[other * NUM_ROWS + r]) - lse[b * NUM_ROWS + r]);
        needed = 1.0 / total >= threshold;
      }
      if (needed) kept.push_back(b);
    }
    const double time = least_seconds(1, 15, [&](size_t) { online(kernels, p, kept, some); });
    std::printf("{\"softmax\": \"online, blocks below %g of every row left out\", \"blocks\": %zu, \"us\": %.1f, \"ratio\": %.3f, \"relativeError\": %.2e}\n",
                threshold, kept.size(), 1e6 * time, time / one, relative_error(some.out, all.out));
  }
}

}  // namespace lectern
