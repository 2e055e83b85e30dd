// What a space's history is told by, copied into and read back from: watches, backups, files. Each is
// compared with the past that the player knows.
#pragma once

#include <memory>

#include "check/history.h"
#include "check/past.h"
#include "engine/engine.h"
#include "io/simulated_disk.h"

namespace engram {

inline constexpr LogOptions kHistoryLog = {.segment_bytes = 2'048, .preallocate_bytes = 512, .spares = 1};
inline constexpr const char* kHistoryEngine = "engine";
inline constexpr const char* kHistorySpace = "s";

/** One watch, opened and read on as the history says. */
class Watcher {
 public:
  /** What it was told is durable from then on; it has been told all there is. */
  Finding read(const Action& action, Space& space, Past& past);
  /** Before its space goes. */
  void end() { watch_.reset(); }
  uint64_t told() const { return told_; }

 private:
  Finding open(Sequence first, Space& space);

  std::unique_ptr<Watch> watch_;
  Sequence next_ = 1;
  uint64_t told_ = 0;
};

/** One backup, brought up to date now and then, and spaces made of it. */
class Copies {
 public:
  explicit Copies(SimulatedDisk& disk) : disk_(disk) {}

  Finding back_up(Space& space, Past& past);
  /** Into a new space, as of the end, a record or a time: what the past says was there. */
  Finding restore(const Action& action, const Space& space, const Past& past);
  uint64_t restores() const { return compared_; }
  /** After a failure: it holds what it said it holds, and nothing that its space has lost. */
  Finding recovered(const Past& past);

 private:
  Finding compare(const RestoreOptions& options, Sequence expected, const Space& space, const Past& past);
  bool may_refuse(const RestoreOptions& options, Sequence expected) const;

  SimulatedDisk& disk_;
  std::optional<Sequence> held_;
  uint32_t restores_ = 0;
  uint64_t compared_ = 0;
};

/** Reads everything back; with a byte of a record changed it must say so. */
Finding verify_all(const Action& action, SimulatedDisk& disk, Space& space, Past& past, uint64_t& damages);

}  // namespace engram
