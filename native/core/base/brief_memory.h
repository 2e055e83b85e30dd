// Memory for work that needs much of it for a moment: straight from the system, and back to it when the work
// is done. From malloc it would stay with the process: a thread that comes and goes leaves an arena behind,
// full of nothing.
#pragma once

#include <map>
#include <memory_resource>
#include <utility>
#include <vector>

#include "base/buffer.h"

namespace engram {

/** Large pieces of a few mappings; for a pool to take them from. What is given back is taken again first, the
 * oldest place before all others: most of what a page costs is its first touch. */
class Mappings final : public std::pmr::memory_resource {
 public:
  /** Bytes that are taken. */
  size_t held() const { return held_; }
  /** Bytes of all mappings: address space, of which only what was written takes memory. */
  size_t mapped() const;

 private:
  using Place = std::pair<size_t, size_t>;  // number of a mapping, offset in it

  void* do_allocate(size_t bytes, size_t alignment) override;
  void do_deallocate(void* pointer, size_t bytes, size_t alignment) override;
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }
  void map(size_t bytes);
  Place place_of(const std::byte* pointer) const;
  /** Frees a piece, as one with those that touch it. */
  void give(Place place, size_t bytes);

  std::vector<Buffer> mappings_;
  std::map<Place, size_t> free_;  // pieces and their bytes; none touches another
  size_t held_ = 0;
};

/** For one thread. What is taken from it must be gone before it. */
class BriefMemory {
 public:
  std::pmr::memory_resource* resource() { return &pool_; }

 private:
  /** Larger pieces are taken from the mappings as they are. */
  static constexpr size_t kPooledUpTo = 4'096;

  Mappings mappings_;
  std::pmr::unsynchronized_pool_resource pool_{
      {.max_blocks_per_chunk = 0, .largest_required_pool_block = kPooledUpTo}, &mappings_};
};

}  // namespace engram
