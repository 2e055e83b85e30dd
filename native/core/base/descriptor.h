// A descriptor of the system that is closed by whoever holds it last.
#pragma once

#include <unistd.h>

#include <utility>

namespace engram {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  /** It is the caller's to close. */
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

}  // namespace engram
