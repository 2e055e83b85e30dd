#include "base/buffer.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

namespace engram {
namespace {

constexpr size_t kHugePage = size_t{2} << 20U;
constexpr size_t kNearlyFull = kHugePage / 8;  // what is left of a page when the next one is due
constexpr size_t kSmall = size_t{64} << 10U;   // below a huge page, grow from here: empty spaces stay small

size_t roundUp(size_t value, size_t to) { return (value + to - 1) / to * to; }

/** Address space of `bytes`, aligned to huge pages from one page of them on. */
std::byte* map(size_t bytes) {
  if (bytes < kHugePage) {
    void* small = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (small == MAP_FAILED) throw std::bad_alloc();
    return static_cast<std::byte*>(small);
  }
  const size_t span = bytes + kHugePage;
  void* found =
      mmap(nullptr, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (found == MAP_FAILED) throw std::bad_alloc();
  auto* start = static_cast<std::byte*>(found);
  const size_t skip =
      roundUp(reinterpret_cast<uintptr_t>(start), kHugePage) - reinterpret_cast<uintptr_t>(start);
  if (skip > 0) munmap(start, skip);
  if (kHugePage - skip > 0) munmap(start + skip + bytes, kHugePage - skip);
#if defined(MADV_HUGEPAGE)
  madvise(start + skip, bytes, MADV_HUGEPAGE);  // advice: without it pages are merely small
#endif
  return start + skip;
}

/** Takes what stands at `from` to the larger `to`: its pages change their address and no byte is copied.
 * False where the system cannot. Throws std::bad_alloc; what is at `to` may be gone then. */
bool moved(std::byte* from, size_t bytes, std::byte* to, size_t grown) {
#if defined(MREMAP_FIXED)
  if (bytes < kHugePage) return false;
  if (mremap(from, bytes, grown, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED) return true;
  if (errno == ENOMEM || errno == EAGAIN) throw std::bad_alloc();
#endif
  return false;
}

}  // namespace

Buffer::~Buffer() {
  if (data_ != nullptr) munmap(data_, capacity_);
}

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      capacity_(std::exchange(other.capacity_, 0)),
      told_(std::exchange(other.told_, 0)),
      due_(std::exchange(other.due_, {})) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(capacity_, other.capacity_);
  std::swap(told_, other.told_);
  std::swap(due_, other.due_);
  return *this;
}

void make_resident(MemoryRange range) {
#if defined(MADV_POPULATE_WRITE)
  if (range.bytes > 0) madvise(range.from, range.bytes, MADV_POPULATE_WRITE);
#else
  (void)range;
#endif
}

void Buffer::reserve(size_t bytes) {
  grow(bytes);
  if (capacity_ < kHugePage) return;
  grow(bytes + kNearlyFull);
  const size_t end = roundUp(bytes + kNearlyFull, kHugePage);
  if (end <= told_) return;
  due_ = {data_ + end - kHugePage, kHugePage};
  told_ = end;
}

void Buffer::grow(size_t bytes) {
  if (bytes <= capacity_) return;
  size_t grown = std::max({bytes, capacity_ + capacity_ / 2, kSmall});
  grown = roundUp(grown, grown >= kHugePage ? kHugePage : kSmall);
  std::byte* place = map(grown);
  if (data_ != nullptr && !moved(data_, capacity_, place, grown)) {
    std::memcpy(place, data_, capacity_);
    munmap(data_, capacity_);
  }
  data_ = place;
  capacity_ = grown;
}

}  // namespace engram
