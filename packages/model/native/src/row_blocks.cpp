#include "row_blocks.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <utility>

namespace lectern {

namespace {

constexpr size_t MIN_ROWS_PER_THREAD = 64;  // below, all threads share every product

/** Rows of a pass between two layers; a lane of the session takes them for a while. */
struct RowBlock {
  Pass pass;
  Floats x, q;
};

/** Rows [first, last) of a pass, numbered from 0. */
Pass part_of(const Pass& pass, size_t first, size_t last) {
  Pass part;
  for (const TokenSlice& slice : pass.slices) {
    const size_t from = std::max(first, slice.row), to = std::min(last, slice.row + slice.count);
    if (from >= to) continue;
    const size_t skipped = from - slice.row;
    part.slices.push_back({slice.item, slice.from + skipped, to - from, from - first, slice.position + skipped});
  }
  part.rows = last - first;
  return part;
}

/** Of nearly the same size, whole tiles. */
std::vector<RowBlock> cut(const Session& s, const Pass& pass) {
  const size_t most = feed_forward_rows(*s.lanes[0]);
  const size_t num_blocks = (pass.rows + most - 1) / most;
  const size_t rows = ((pass.rows + num_blocks - 1) / num_blocks + INT8_ROWS - 1) / INT8_ROWS * INT8_ROWS;
  std::vector<RowBlock> blocks;
  for (size_t first = 0; first < pass.rows; first += rows) blocks.push_back({part_of(pass, first, std::min(pass.rows, first + rows)), {}, {}});
  return blocks;
}

/** The lanes' counters, since they were last added, to the session's. */
void add_counters(Session& s) {
  for (const auto& lane : s.lanes) {
    s.key_value_bytes += lane->key_value_bytes.exchange(0);
    s.weight_bytes += lane->weight_bytes.exchange(0);
    s.phases.add(std::exchange(lane->phases, {}), 1.0 / static_cast<double>(s.lanes.size()));
  }
}

/** What is left of the blocks into session.act.x and the pass, in the pass's order. */
void collect(Session& s, const std::vector<RowBlock>& blocks, Pass& pass) {
  const size_t dim = s.weights->config.dim;
  pass = {};
  for (const RowBlock& block : blocks) pass.rows += block.pass.rows;
  float* x = s.act.x.reserve(pass.rows * dim);
  s.act.normed.reserve(pass.rows * dim);
  size_t row = 0;
  for (const RowBlock& block : blocks) {
    std::memcpy(x + row * dim, block.x.data(), block.pass.rows * dim * sizeof(float));
    for (TokenSlice slice : block.pass.slices) {
      slice.row += row;
      pass.slices.push_back(slice);
    }
    row += block.pass.rows;
  }
}

/** The end of layer round - 1, then the begin of layer `round`. */
void run_round(Session& lane, RowBlock& block, const ForwardWant& want, size_t round, size_t num_layers) {
  std::swap(lane.act.x, block.x);
  std::swap(lane.act.q, block.q);
  reserve_rows(lane, block.pass.rows);
  if (round == 0) {
    embed_rows(lane, block.pass);
  } else {
    end_layer(lane, block.pass, want, round - 1);
  }
  if (round < num_layers) begin_layer(lane, block.pass, want, round);
  std::swap(lane.act.x, block.x);
  std::swap(lane.act.q, block.q);
}

/** How many rounds each block is through. Threads take (round, block) in order, so what a thread waits for is in another's hands. */
class Progress {
 public:
  explicit Progress(size_t num_blocks) : rounds_(num_blocks) {}

  /** Until blocks 0 .. block are through `rounds` rounds: attention reads their keys. False where the pass has failed. */
  bool wait_for(size_t block, size_t rounds) {
    for (size_t i = 0; i <= block; i++) {
      while (rounds_[i].load(std::memory_order_acquire) < rounds) {
        if (failed_) return false;
        std::this_thread::yield();
      }
    }
    return !failed_;
  }
  void finish(size_t block) { rounds_[block].fetch_add(1, std::memory_order_release); }
  void fail() { failed_ = true; }

 private:
  std::vector<std::atomic<size_t>> rounds_;
  std::atomic<bool> failed_{false};
};

}  // namespace

bool fits_row_blocks(const Session& s, const Pass& pass) {
  const size_t threads = s.pool.num_threads();
  if (threads == 1 || !s.int8 || !s.int8_attention || s.observe || pass.rows < threads * MIN_ROWS_PER_THREAD) return false;
  const size_t last_layer = s.weights->config.num_layers - 1;
  return std::all_of(pass.slices.begin(), pass.slices.end(), [&](const TokenSlice& slice) {
    const SparsePart* sparse = slice.item->context->sparse();
    return !sparse || sparse->has_choice_at(last_layer);
  });
}

void run_row_blocks(Session& s, Pass& pass, const ForwardWant& want, const std::function<void(size_t layer)>& before_layer) {
  while (s.lanes.size() < s.pool.num_threads()) s.lanes.push_back(std::make_unique<Session>(s.weights, s.isa, 1));
  for (const auto& lane : s.lanes) lane->one_scale = s.one_scale;
  std::vector<RowBlock> blocks = cut(s, pass);
  const size_t num_layers = std::min(want.until_layer + 1, s.weights->config.num_layers);
  const size_t num_rounds = num_layers + (layer_ends(s, want, num_layers - 1) ? 1 : 0);
  Progress progress(blocks.size());
  s.pool.run(num_rounds * blocks.size(), [&](size_t step, size_t thread) {
    const size_t round = step / blocks.size(), i = step % blocks.size();
    if (!progress.wait_for(i, round)) return;
    try {
      if (i == 0 && round < num_layers) before_layer(round);
      run_round(*s.lanes[thread], blocks[i], want, round, num_layers);
    } catch (...) {
      progress.fail();
      throw;
    }
    progress.finish(i);
  });
  add_counters(s);
  collect(s, blocks, pass);
}

}  // namespace lectern
