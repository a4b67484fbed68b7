// Scores of blocks by several heads: begun on other threads, while the caller does something else, and ended with the caller's help.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "block_lse_parts.h"
#include "isa.h"

namespace lectern {

/** What the log-sum-exps l of one head say of a block: score += weight * sum over queries of log(exp(l - z) + extra + floor). */
struct HeadScoring {
  LseQueries queries;
  std::vector<KeyPart> parts;  // of its keys; the same blocks for every head
  const float* z;              // (num_queries)
  const float* extra;          // (num_extras, num_queries)
  double weight;
};

struct BlockScoresJob {
  std::vector<HeadScoring> heads;
  const int32_t* extra_of;  // (blocks of all parts): which extra a block has, -1 for none
  double floor;
  double* scores;  // (blocks of all parts)
};

class PackedQueries;

/** What the job points to must outlive it. A block's heads are added in order by one thread: the same bits for any number of them. */
class BlockScoresRun {
 public:
  /** Starts at most max_threads - 1 threads; fewer for little work or where the system gives no more. */
  BlockScoresRun(Isa isa, BlockScoresJob job, size_t max_threads);
  /** Parts that no thread has begun are left. */
  ~BlockScoresRun();
  BlockScoresRun(const BlockScoresRun&) = delete;

  /** Takes part until all is done. */
  void finish();

 private:
  void work();
  void join();

  const BlockScoresJob job_;
  std::vector<std::unique_ptr<PackedQueries>> queries_;  // by head
  std::atomic<size_t> next_{0};
  std::vector<std::thread> threads_;
};

}  // namespace lectern
