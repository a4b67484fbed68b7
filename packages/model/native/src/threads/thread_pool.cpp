// Waiting: spin for some tens of microseconds (a decode step's gaps), then sleep on a condition variable.
#include "threads/thread_pool.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace lectern {

namespace {

constexpr uint64_t CHUNK_BITS = 20;
constexpr uint64_t CHUNK_MASK = (1u << CHUNK_BITS) - 1;
constexpr int SPINS = 2000;

uint64_t next_of(uint64_t ticket) { return ticket & CHUNK_MASK; }
uint64_t chunks_of(uint64_t ticket) { return (ticket >> CHUNK_BITS) & CHUNK_MASK; }

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

ThreadPool::ThreadPool(size_t num_threads) : num_threads_(std::max<size_t>(1, num_threads)) {}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  work_.notify_all();
  for (auto& helper : helpers_) helper.join();
}

void ThreadPool::run_erased(size_t num_chunks, Call call, const void* task) {
  if (num_chunks == 0) return;
  if (num_chunks >= CHUNK_MASK - 4096) throw std::length_error("a job has too many chunks");
  if (num_threads_ == 1 || num_chunks == 1) {
    for (size_t chunk = 0; chunk < num_chunks; chunk++) call(task, chunk, 0);
    return;
  }
  while (helpers_.size() + 1 < num_threads_) {
    const size_t thread = helpers_.size() + 1;
    helpers_.emplace_back([this, thread] { help(thread); });
  }
  call_ = call;
  task_ = task;
  done_.store(0, std::memory_order_relaxed);
  const uint64_t epoch = (ticket_.load(std::memory_order_relaxed) >> (2 * CHUNK_BITS)) + 1;
  ticket_.store((epoch << (2 * CHUNK_BITS)) | (static_cast<uint64_t>(num_chunks) << CHUNK_BITS));
  if (sleepers_.load() > 0) {
    std::lock_guard<std::mutex> lock(mutex_);
    work_.notify_all();
  }
  while (run_one(0)) {
  }
  wait_for_helpers(num_chunks);
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void ThreadPool::run_guarded(uint64_t chunk, size_t thread) noexcept {
  try {
    call_(task_, chunk, thread);
  } catch (...) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!error_) error_ = std::current_exception();
  }
}

/** Claims and runs a chunk; false when none is left. */
bool ThreadPool::run_one(size_t thread) {
  uint64_t ticket = ticket_.load(std::memory_order_acquire);
  if (next_of(ticket) >= chunks_of(ticket)) return false;
  ticket = ticket_.fetch_add(1);
  if (next_of(ticket) >= chunks_of(ticket)) return false;
  const uint64_t num_chunks = chunks_of(ticket);
  run_guarded(next_of(ticket), thread);
  if (done_.fetch_add(1) + 1 == num_chunks && thread != 0 && caller_sleeps_.load()) {
    std::lock_guard<std::mutex> lock(mutex_);
    finished_.notify_one();
  }
  return true;
}

void ThreadPool::wait_for_helpers(uint64_t num_chunks) {
  for (int i = 0; i < SPINS; i++) {
    if (done_.load(std::memory_order_acquire) == num_chunks) return;
    pause();
  }
  std::unique_lock<std::mutex> lock(mutex_);
  caller_sleeps_ = true;
  finished_.wait(lock, [&] { return done_.load() == num_chunks; });
  caller_sleeps_ = false;
}

void ThreadPool::help(size_t thread) {
  for (;;) {
    if (run_one(thread)) continue;
    bool found = false;
    for (int i = 0; i < SPINS && !found; i++) {
      const uint64_t ticket = ticket_.load(std::memory_order_acquire);
      found = next_of(ticket) < chunks_of(ticket) || stop_.load(std::memory_order_relaxed);
      if (!found) pause();
    }
    if (stop_) return;
    if (found) continue;
    std::unique_lock<std::mutex> lock(mutex_);
    sleepers_++;
    work_.wait(lock, [&] {
      const uint64_t ticket = ticket_.load();
      return stop_.load() || next_of(ticket) < chunks_of(ticket);
    });
    sleepers_--;
  }
}

}  // namespace lectern
