#include "base/brief_memory.h"

#include <cassert>

namespace engram {
namespace {

/** Mappings begin at pages. */
constexpr size_t kAlignmentMax = 4'096;

}  // namespace

void* Mappings::do_allocate(size_t bytes, [[maybe_unused]] size_t alignment) {
  assert(alignment <= kAlignmentMax);
  Buffer buffer;
  buffer.reserve(bytes);
  void* place = buffer.data();
  held_.emplace(place, std::move(buffer));
  return place;
}

void Mappings::do_deallocate(void* pointer, size_t, size_t) {
  [[maybe_unused]] const size_t gone = held_.erase(pointer);
  assert(gone == 1);
}

}  // namespace engram
