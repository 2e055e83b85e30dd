#include "fuzz/space_file.h"

#include <cstdio>
#include <cstdlib>

#include "backup/backup.h"

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

void make_backup(SimulatedDisk& disk) {
  make_space(disk);
  must(disk.make_directory(kFuzzBackup).ok(), "no directory");
  auto space = std::move(*Space::open(disk, kFuzzDirectory, kFuzzLog));
  const float values[kFuzzDimension] = {1, 2, 0.5F};
  const auto store = [&](View id) {
    EpisodeFields episode;
    episode.id = id;
    episode.embedding = {reinterpret_cast<const char*>(values), sizeof values};
    must(space->store({episode}, {Durability::kAsync, 1'000}).ok(), "no episode");
  };
  const auto back_up_now = [&] { must(back_up(*space, kFuzzBackup).ok(), "no backup"); };
  store("a");
  back_up_now();
  store("b");
  must(space->snapshot().ok(),
       "no snapshot");  // what it replaces goes: the backup has to begin anew behind it
  back_up_now();
  store("c");
  back_up_now();
}

void put_file(SimulatedDisk& disk, const std::string& directory, const std::string& name, View bytes) {
  const std::string path = join_path(directory, name);
  if (Bytes* there = disk.contents(path)) {
    *there = Bytes(bytes);
    return;
  }
  auto file = disk.open(path, OpenMode::kCreate);
  must(file.ok() && (*file)->write(0, bytes).ok(), "no file");
}

void open_and_check(SimulatedDisk& disk, const std::string& directory) {
  uint64_t digest = 0;
  {
    const auto space = Space::open(disk, directory, kFuzzLog);
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
  const auto again = Space::open(disk, directory, kFuzzLog);
  must(again.ok() && (*again)->digest() == digest, "a second opening gives another state");
}

}  // namespace engram
