// Threads of one transformer: the caller and its helpers share chunks of one job at a time. A helper that the system has not
// scheduled is never waited for unless it holds a chunk, so busy machines slow a job down but cannot stop it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace lectern {

class ThreadPool {
 public:
  /** num_threads counts the caller. Helpers start with the first job that has more than one chunk. */
  explicit ThreadPool(size_t num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  size_t num_threads() const { return num_threads_; }

  /**
   * Calls task(chunk, thread) for every chunk in [0, num_chunks), thread in [0, num_threads). Returns when all are done;
   * what a task threw is thrown here then.
   */
  template <typename Task>
  void run(size_t num_chunks, const Task& task) {
    run_erased(num_chunks, [](const void* t, size_t chunk, size_t thread) { (*static_cast<const Task*>(t))(chunk, thread); }, &task);
  }

 private:
  using Call = void (*)(const void* task, size_t chunk, size_t thread);
  void run_erased(size_t num_chunks, Call call, const void* task);
  bool run_one(size_t thread);
  void run_guarded(uint64_t chunk, size_t thread) noexcept;
  void help(size_t thread);
  void wait_for_helpers(uint64_t num_chunks);

  const size_t num_threads_;
  std::vector<std::thread> helpers_;

  // epoch (24 bits) | number of chunks (20 bits) | next chunk (20 bits): one addition claims a chunk of exactly one job.
  // A thread that claimed a valid chunk may read call_ and task_: the job cannot end before that chunk is counted in done_.
  std::atomic<uint64_t> ticket_{0};
  std::atomic<uint64_t> done_{0};
  Call call_ = nullptr;
  const void* task_ = nullptr;
  std::exception_ptr error_;  // under mutex_

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable finished_;
  std::atomic<int> sleepers_{0};
  std::atomic<bool> caller_sleeps_{false};
  std::atomic<bool> stop_{false};
};

}  // namespace lectern
