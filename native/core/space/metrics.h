// How long each operation of a space takes: one histogram for each kind. Recording is a few nanoseconds and
// takes no lock, so that it is always on.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/histogram.h"

namespace engram {

enum class Measured : uint8_t {
  kStore,
  kLink,
  kUnlink,
  kForget,
  kGet,
  kScan,
  kRecall,
  kSpread,
  kReach,
  kSnapshot,
  kBackup,
  kVerify,
  kCount
};

inline constexpr std::array<std::string_view, static_cast<size_t>(Measured::kCount)> kMeasuredNames = {
    "store",  "link",   "unlink", "forget",   "get",    "scan",
    "recall", "spread", "reach",  "snapshot", "backup", "verify"};

class Metrics {
 public:
  Histogram& of(Measured operation) { return histograms_[static_cast<size_t>(operation)]; }

 private:
  std::array<Histogram, static_cast<size_t>(Measured::kCount)> histograms_;
};

}  // namespace engram
