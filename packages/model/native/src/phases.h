// Where the time of passes goes, seconds of wall clock by kind of work.
#pragma once

#include <chrono>

namespace lectern {

struct Phases {
  double quantise = 0;  // activations to 8 bits
  double multiply = 0;  // products with weights
  double attend = 0;
  double norm = 0;
  double place = 0;  // rotating queries and keys, writing keys and values

  /** Of threads that work on their own: each one's share of the wall clock. */
  void add(const Phases& other, double share) {
    quantise += share * other.quantise;
    multiply += share * other.multiply;
    attend += share * other.attend;
    norm += share * other.norm;
    place += share * other.place;
  }
};

class PhaseTimer {
 public:
  explicit PhaseTimer(double& seconds) : seconds_(seconds), start_(std::chrono::steady_clock::now()) {}
  ~PhaseTimer() { seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;

 private:
  double& seconds_;
  const std::chrono::steady_clock::time_point start_;
};

}  // namespace lectern
