// Little-endian encoding into a growing buffer and bounds-checked decoding out of a span: every byte that
// engram writes to disk goes through here, so that FORMAT.md has one place to be true about.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace engram {

static_assert(std::endian::native == std::endian::little, "engram's files are little-endian; add swaps here");

using Bytes = std::string;  // owned bytes; std::string for its small-buffer and append
using View = std::string_view;

/** Appends fixed-width little-endian values to a byte string. */
class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  template <typename T>
  requires std::is_arithmetic_v<T>
  void put(T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out_.append(raw, sizeof(T));
  }
  /** Bytes as they are, without a length. */
  void raw(View bytes) { out_.append(bytes); }
  /** Length as Length, then the bytes. */
  template <typename Length>
  void sized(View bytes) {
    put(static_cast<Length>(bytes.size()));
    out_.append(bytes);
  }
  void zeros(size_t count) { out_.append(count, '\0'); }

 private:
  Bytes& out_;
};

/** Reads what Writer wrote. After the first read past the end every value is zero and ok() is false. */
class Reader {
 public:
  explicit Reader(View in) : in_(in) {}

  template <typename T>
  requires std::is_arithmetic_v<T> T get() {
    T value{};
    if (in_.size() < sizeof(T)) {
      fail();
      return value;
    }
    std::memcpy(&value, in_.data(), sizeof(T));
    in_.remove_prefix(sizeof(T));
    return value;
  }
  View raw(size_t count) {
#if defined(ENGRAM_PLANTED_OVERREAD)  // the fuzzer's own test: native/fuzz
    if (count > in_.size() && count < kPlantedBelow) return {in_.data(), count};
#endif
    if (in_.size() < count) {
      fail();
      return {};
    }
    View bytes = in_.substr(0, count);
    in_.remove_prefix(count);
    return bytes;
  }
  template <typename Length>
  View sized() {
    return raw(get<Length>());
  }
  bool ok() const { return ok_; }
  /** Whether everything was read, and nothing beyond. */
  bool done() const { return ok_ && in_.empty(); }
  size_t left() const { return in_.size(); }

 private:
#if defined(ENGRAM_PLANTED_OVERREAD)
  static constexpr size_t kPlantedBelow = 4'096;
#endif
  void fail() {
    ok_ = false;
    in_ = {};
  }
  View in_;
  bool ok_ = true;
};

}  // namespace engram
