// How long a space of N clustered vectors takes to open, and what memory it then holds: opened once from its
// log, once from its snapshot.
//   open_bench --directory /on/a/real/disk --count 100000 [--dimension 384]
#include <unistd.h>

#include "bench.h"
#include "io/posix_disk.h"
#include "memories.h"

namespace {

using engram::Space;
using engram::bench::Options;
using engram::bench::Visit;
using engram::bench::wallSeconds;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "open_bench: %s\n", why.c_str());
  std::exit(3);
}

/** Resident memory of this process, bytes. */
double residentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void open(engram::Disk& disk, const std::string& directory, const std::string& from, uint32_t count,
          bool snapshot) {
  const double before = residentBytes();
  const double began = wallSeconds();
  auto space = Space::open(disk, directory);
  const double seconds = wallSeconds() - began;
  if (!space) fail(space.error().message);
  if ((*space)->stats().vectors != count) fail("it does not hold what was stored");
  const Visit visit{"engram", 0, 0};
  visit.say("open_s", from, "s", seconds, count);
  visit.say("resident_bytes_per_vector", from, "bytes", (residentBytes() - before) / count, count);
  if (snapshot)
    if (const auto written = (*space)->snapshot(); !written) fail(written.error().message);
  if (const auto closed = (*space)->close(); !closed) fail(closed.error().message);
}

void measure(const Options& options) {
  const std::string directory = options.text("directory") + "/space";
  const uint32_t vectors = options.number("count");
  engram::PosixDisk disk;
  {
    const auto values = engram::bench::clustered(vectors, options.number("dimension"), 5);
    if (const auto closed = engram::bench::remembering(disk, directory, values)->close(); !closed)
      fail(closed.error().message);
  }
  open(disk, directory, "log", vectors, true);
  open(disk, directory, "snapshot", vectors, false);
}

}  // namespace

int main(int count, char** arguments) {
  const Options options(count, arguments, {{"directory", ""}, {"count", "10000"}, {"dimension", "384"}});
  return engram::bench::exitCode("open_bench", [&] { measure(options); });
}
