// Memory of an index or a graph: large, aligned, on huge pages where the system has them. Growing copies, by
// half as much again at a time. What is grown holds zeros.
#pragma once

#include <cstddef>

namespace engram {

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
  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  size_t capacity() const { return capacity_; }

 private:
  std::byte* data_ = nullptr;
  size_t capacity_ = 0;
};

}  // namespace engram
