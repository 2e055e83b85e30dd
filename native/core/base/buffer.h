// Memory of an index or a graph: large, aligned, on huge pages where the system has them. It grows by half as
// much again at a time; from one huge page on nothing is copied for it. What is grown holds zeros.
#pragma once

#include <cstddef>
#include <utility>

namespace engram {

/** A part of the address space. */
struct MemoryRange {
  std::byte* from = nullptr;
  size_t bytes = 0;
};

/** Has the system give the range its pages, so that nobody waits for them who writes there. Whoever calls it
 * holds no lock: should the range be gone meanwhile, or another's, nothing comes of it. */
void make_resident(MemoryRange range);

class Buffer {
 public:
  Buffer() = default;
  ~Buffer();
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  /** Room for at least `bytes`; existing contents stay, addresses may change. Throws std::bad_alloc. */
  void reserve(size_t bytes);
  /** The huge page that is written next, told once, when the one before it is nearly full; empty else. */
  MemoryRange take_due() { return std::exchange(due_, {}); }
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t capacity() const { return capacity_; }

 private:
  void grow(size_t bytes);

  std::byte* data_ = nullptr;
  size_t capacity_ = 0;
  size_t told_ = 0;  // up to here pages are used or were due
  MemoryRange due_;
};

}  // namespace engram
