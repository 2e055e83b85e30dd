// Three defects for the sanitizers' own test: a sanitizer that says nothing of them is not at work.
//   planted_fault overflow | undefined | race
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace {

/** Reads behind the end of a block on the heap. */
int overflow(size_t past) {
  const std::vector<int> block(4);
  return block.data()[block.size() + past];
}

int32_t undefined(int32_t one) { return std::numeric_limits<int32_t>::max() + one; }

int race() {
  int shared = 0;
  std::thread other([&] { ++shared; });
  ++shared;
  other.join();
  return shared;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string which = count == 2 ? arguments[1] : "";
  if (which == "overflow") return overflow(static_cast<size_t>(count) - 2);
  if (which == "undefined") return undefined(count - 1) == 0 ? 1 : 0;
  if (which == "race") return race() == 2 ? 0 : 1;
  std::fprintf(stderr, "planted_fault overflow | undefined | race\n");
  return 3;
}
