// Bytes from the fuzzer taken apart: small numbers and pieces, none of which runs past the end.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"

namespace engram {

/** Of the byte that names a record's type in the log's inputs: a key comes before the payload. */
inline constexpr uint8_t kKeyedBit = 0x80;

class FuzzInput {
 public:
  FuzzInput(const uint8_t* data, size_t size) : in_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return in_.empty(); }
  uint8_t byte() {
    const View one = piece(1);
    return one.empty() ? uint8_t{0} : static_cast<uint8_t>(one[0]);
  }
  /** Up to `count` bytes. */
  View piece(size_t count) {
    const View taken = in_.substr(0, std::min(count, in_.size()));
    in_.remove_prefix(taken.size());
    return taken;
  }
  /** A piece whose length the input says: two bytes. */
  View sized() {
    const size_t low = byte();
    return piece(low | static_cast<size_t>(byte()) << 8U);
  }
  View rest() { return piece(in_.size()); }

 private:
  View in_;
};

}  // namespace engram
