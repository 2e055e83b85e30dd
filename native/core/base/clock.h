// Time as a parameter: the engine never asks the machine, it asks the Clock it was given.
#pragma once

#include <chrono>

namespace engram {

class Clock {
 public:
  virtual ~Clock() = default;
  /** Milliseconds since the Unix epoch. */
  virtual double now_ms() = 0;
};

class SystemClock final : public Clock {
 public:
  double now_ms() override {
    using namespace std::chrono;
    return static_cast<double>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
  }
};

/** A clock a test turns by hand. */
class ManualClock final : public Clock {
 public:
  explicit ManualClock(double now_ms = 0) : now_ms_(now_ms) {}
  double now_ms() override { return now_ms_; }
  void set(double now_ms) { now_ms_ = now_ms; }

 private:
  double now_ms_;
};

}  // namespace engram
