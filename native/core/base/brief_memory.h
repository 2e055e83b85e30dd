// Memory for work that needs much of it for a moment: straight from the system, and back to it when the work
// is done. From malloc it would stay with the process: a thread that comes and goes leaves an arena behind,
// full of nothing.
#pragma once

#include <memory_resource>
#include <unordered_map>

#include "base/buffer.h"

namespace engram {

/** Each allocation is a mapping of its own; for a pool to take large pieces from. */
class Mappings final : public std::pmr::memory_resource {
 public:
  size_t held() const { return held_.size(); }

 private:
  void* do_allocate(size_t bytes, size_t alignment) override;
  void do_deallocate(void* pointer, size_t bytes, size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  std::unordered_map<void*, Buffer> held_;
};

/** For one thread. What is taken from it must be gone before it. */
class BriefMemory {
 public:
  std::pmr::memory_resource* resource() { return &pool_; }

 private:
  Mappings mappings_;
  std::pmr::unsynchronized_pool_resource pool_{&mappings_};
};

}  // namespace engram
