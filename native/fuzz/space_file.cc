#include "fuzz/space_file.h"

#include <cstdio>
#include <cstdlib>

namespace engram {
namespace {

void must(bool held, const std::string& what) {
  if (held) return;
  std::fprintf(stderr, "fuzz: %s\n", what.c_str());
  std::abort();
}

}  // namespace

void make_space(SimulatedDisk& disk) {
  must(Space::create(disk, kFuzzDirectory, {.dimension = kFuzzDimension}, kFuzzUuid).ok(), "no space");
}

void put_file(SimulatedDisk& disk, const std::string& name, View bytes) {
  const std::string path = join_path(kFuzzDirectory, name);
  if (Bytes* there = disk.contents(path)) {
    *there = Bytes(bytes);
    return;
  }
  auto file = disk.open(path, OpenMode::kCreate);
  must(file.ok() && (*file)->write(0, bytes).ok(), "no file");
}

void open_and_check(SimulatedDisk& disk) {
  uint64_t digest = 0;
  {
    const auto space = Space::open(disk, kFuzzDirectory, kFuzzLog);
    if (!space) {
      must(space.error().code != Code::kInternal && !space.error().message.empty(),
           "an error without a word");
      return;
    }
    const Status sound = (*space)->verify();
    must(sound.ok(), sound.ok() ? "" : sound.error().message);
    if ((*space)->damage()) return;
    digest = (*space)->digest();
  }
  const auto again = Space::open(disk, kFuzzDirectory, kFuzzLog);
  must(again.ok() && (*again)->digest() == digest, "a second opening gives another state");
}

}  // namespace engram
