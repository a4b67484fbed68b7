// One token of one layer over a million stored tokens: all blocks against chosen ones, and what choosing costs. One thread throughout.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <numeric>

#include "block_scores.h"
#include "int8_case.h"

namespace lectern {
namespace {

constexpr size_t HEAD_DIM = 64, GROUP = 3, KV_HEADS = 3, LAYERS = 30;  // SmolLM2 135M
constexpr size_t NUM_BLOCKS = 16384, NUM_KEYS = NUM_BLOCKS * KV8_POSITIONS;
constexpr size_t INDEX_HEADS = 2, QUESTION_TOKENS = 12;
constexpr size_t BLOCKS_PER_SEGMENT = 16;

template <typename Run>
double least_seconds(int rounds, const Run& run) {
  double least = 1e9;
  for (int round = 0; round <= rounds; round++) {
    const auto start = std::chrono::steady_clock::now();
    run();
    if (round > 0) least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return least;
}

/** The keys and values of one layer. */
class Layer {
 public:
  explicit Layer(const Int8AttentionKernels& kernels) : kernels_(kernels), case_({HEAD_DIM, GROUP, 1, 32 * KV8_POSITIONS, 0, Data::gaussian}), blocks_(KV_HEADS * NUM_BLOCKS, HEAD_DIM) {
    Blocks source = case_.store(kernels);
    for (size_t block = 0; block < KV_HEADS * NUM_BLOCKS; block++) std::memcpy(blocks_.at(block), source.at(block % 32), blocks_.bytes());
  }

  /** `chosen`: ascending blocks, the same for each KV head. */
  double decode_seconds(const std::vector<size_t>& chosen, int rounds) {
    std::vector<Int8KeySpan> spans(chosen.size());
    size_t shift = 0;
    std::vector<float> out(GROUP * HEAD_DIM);
    AttendScratch scratch;
    return least_seconds(rounds, [&] {
      shift += 1021;  // other blocks each round, as each layer has its own: none is in a cache from the round before
      for (size_t head = 0; head < KV_HEADS; head++) {
        for (size_t i = 0; i < chosen.size(); i++) {
          const size_t block = (chosen[i] + shift) % NUM_BLOCKS;
          spans[i] = {blocks_.at(head * NUM_BLOCKS + block), 0, KV8_POSITIONS, static_cast<int64_t>(i * KV8_POSITIONS)};
        }
        attend_i8(kernels_, {case_.q.data(), GROUP * HEAD_DIM, 1, GROUP, HEAD_DIM, 0.125f, spans.data(), spans.size(), int64_t{1} << 40, 0, out.data(), GROUP * HEAD_DIM, nullptr, 0}, scratch);
      }
    });
  }

 private:
  const Int8AttentionKernels& kernels_;
  Case case_;
  Blocks blocks_;
};

/** The stored keys of the retrieval heads. */
class Index {
 public:
  Index() : case_({HEAD_DIM, 1, QUESTION_TOKENS, 64, 0, Data::gaussian}), keys_(INDEX_HEADS * NUM_KEYS * HEAD_DIM), scales_(NUM_KEYS, 0.02f), extra_of_(NUM_BLOCKS, -1) {
    std::mt19937 random(1);
    for (signed char& key : keys_) key = static_cast<signed char>(random() % 255 - 127);
    for (size_t block = 0; block <= BLOCKS_PER_SEGMENT; block++) starts_.push_back(static_cast<int32_t>(block * KV8_POSITIONS));
  }

  /** The best blocks, ascending. */
  std::vector<size_t> choose(size_t count) const {
    std::vector<double> scores(NUM_BLOCKS);
    const std::vector<float> z(QUESTION_TOKENS, 20.0f);
    BlockScoresJob job{{}, extra_of_.data(), 1e-3, scores.data()};
    for (size_t head = 0; head < INDEX_HEADS; head++) {
      std::vector<KeyPart> parts;
      for (size_t block = 0; block < NUM_BLOCKS; block += BLOCKS_PER_SEGMENT) {
        parts.push_back({keys_.data() + (head * NUM_KEYS + block * KV8_POSITIONS) * HEAD_DIM, scales_.data() + block * KV8_POSITIONS, starts_.data(),
                         BLOCKS_PER_SEGMENT * KV8_POSITIONS, BLOCKS_PER_SEGMENT, block});
      }
      job.heads.push_back({{case_.q.data(), QUESTION_TOKENS, HEAD_DIM, 0.125f}, parts, z.data(), nullptr, 1.0});
    }
    BlockScoresRun(best_isa(), job, 1).finish();
    std::vector<size_t> blocks(NUM_BLOCKS);
    std::iota(blocks.begin(), blocks.end(), size_t{0});
    std::partial_sort(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(count), blocks.end(), [&](size_t a, size_t b) { return scores[a] > scores[b] || (scores[a] == scores[b] && a < b); });
    blocks.resize(count);
    std::sort(blocks.begin(), blocks.end());
    return blocks;
  }

 private:
  Case case_;
  std::vector<signed char> keys_;
  std::vector<float> scales_;
  std::vector<int32_t> starts_;
  std::vector<int32_t> extra_of_;
};

}  // namespace

void measure_sparse() {
  const Int8AttentionKernels* kernels = int8_attention_kernels(best_isa());
  if (kernels == nullptr) {
    std::printf("this machine has no int8 attention\n");
    return;
  }
  const Index index;
  Layer layer(*kernels);
  std::vector<size_t> all(NUM_BLOCKS);
  std::iota(all.begin(), all.end(), size_t{0});
  const double dense = layer.decode_seconds(all, 8);
  std::printf("one token, one layer, %zu heads over %zu KV heads, %zu stored tokens: all %zu blocks %.2f ms\n", GROUP * KV_HEADS, KV_HEADS, NUM_KEYS, NUM_BLOCKS, dense * 1e3);
  for (const size_t count : {64, 128}) {
    const double choosing = least_seconds(8, [&] { index.choose(count); });
    const double sparse = layer.decode_seconds(index.choose(count), 200);
    const double with_choice = LAYERS * dense / (LAYERS * sparse + choosing);
    std::printf("%zu chosen blocks: %.4f ms, %.0f times faster; choosing among all %.2f ms; %zu layers with a choice for every token: %.0f times faster\n",
                count, sparse * 1e3, dense / sparse, choosing * 1e3, LAYERS, with_choice);
  }
}

}  // namespace lectern
