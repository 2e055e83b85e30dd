// A sequence that grows by chunks: what is in it never moves, so that a growth costs one chunk, not a copy of
// everything, and references stay. An access costs one look-up more than in a vector.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <vector>

namespace engram {

template <typename T>
class Chunked {
 public:
  static constexpr size_t kChunkElements = 1'024;

  size_t size() const { return size_; }
  T& operator[](size_t at) {
    assert(at < size_);
    return chunks_[at / kChunkElements][at % kChunkElements];
  }
  const T& operator[](size_t at) const {
    assert(at < size_);
    return chunks_[at / kChunkElements][at % kChunkElements];
  }
  /** One more, as T is by default. */
  T& emplace_back() {
    resize(size_ + 1);
    return (*this)[size_ - 1];
  }
  /** Up only; what is new is as T is by default. */
  void resize(size_t size) {
    assert(size >= size_);
    while (chunks_.size() * kChunkElements < size) chunks_.push_back(std::make_unique<T[]>(kChunkElements));
    size_ = size;
  }

 private:
  std::vector<std::unique_ptr<T[]>> chunks_;
  size_t size_ = 0;
};

}  // namespace engram
