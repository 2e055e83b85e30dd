// Errors as values: a stable code, a message that names the offending value, and what mends it.
// Nothing in the core throws across a public function; bindings turn an Error into their own exception.
#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace engram {

enum class Code : uint8_t {
  kInvalidArgument,     // a value is of the wrong shape or out of range
  kNotFound,            // an id, a space or a relation that must exist does not
  kTooLarge,            // a limit of limits.h is exceeded
  kConflict,            // the space exists with other settings
  kLocked,              // another Engine has the directory open
  kReadOnly,            // the directory or the space cannot be written
  kDiskFull,            // ENOSPC or EDQUOT; nothing of the operation was kept
  kIo,                  // any other failure of the disk
  kPoisoned,            // a sync failed earlier: no more writes until the space is opened again
  kDamaged,             // what was synced can no longer be read back
  kUnsupportedVersion,  // written by a version this build does not know
  kClosed,              // used after close()
  kCompacted,           // a snapshot has replaced that part of the log
  kInternal,            // a broken invariant: a defect of engram
};

/** The stable name a caller switches on, for example "disk_full". */
std::string_view code_name(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string message;
  std::string remedy;
  uint64_t sequence = 0;  // kCompacted: the first that can be read

  static Error invalid(std::string message, std::string remedy) {
    return {Code::kInvalidArgument, std::move(message), std::move(remedy)};
  }
};

/** Either a T or an Error. */
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() {
    assert(ok());
    return *std::get_if<0>(&held_);
  }
  const T& value() const {
    assert(ok());
    return *std::get_if<0>(&held_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&held_);
  }

 private:
  std::variant<T, Error> held_;
};

/** Success, or an Error. */
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT: implicit by design

  bool ok() const { return ok_; }
  explicit operator bool() const { return ok_; }
  const Error& error() const {
    assert(!ok_);
    return error_;
  }

 private:
  Error error_;
  bool ok_ = true;
};

/** Returns the error of `expression` (a Status or Result) from the enclosing function. */
#define ENGRAM_TRY(expression)                                        \
  do {                                                                \
    if (auto&& tried_ = (expression); !tried_) return tried_.error(); \
  } while (false)

}  // namespace engram
