// Writes the seed corpus of the fuzz targets: what a small space really writes, whole and cut into pieces.
//   fuzz_seeds DIRECTORY       (native/fuzz/corpus)
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>

#include "engine/engine.h"
#include "fuzz/space_file.h"
#include "log/segment.h"
#include "space/snapshot.h"

namespace {

using namespace engram;

constexpr char kSealed = 0;
constexpr char kRaw = 1;

/** As the targets read it: one byte, two of length, the piece. */
void add_piece(Bytes& out, uint16_t type, View payload) {
  Writer writer(out);
  writer.put(static_cast<uint8_t>(type));
  writer.sized<uint16_t>(payload);
}

std::string numbered(std::string name, size_t number) {
  return name.append("-").append(std::to_string(number));
}

/** A space with a little of everything, as files. */
void live(SimulatedDisk& disk) {
  make_space(disk);
  auto space = std::move(*Space::open(disk, kFuzzDirectory, kFuzzLog));
  const Bytes attributes = encode_attributes({{"key", std::string("value")}, {"n", 2.5}, {"yes", true}});
  for (const char* id : {"a", "b", "c"}) {
    const float values[kFuzzDimension] = {static_cast<float>(id[0] - 'b'), 1, 0.5F};
    (void)space->store({{.id = id,
                         .embedding = {reinterpret_cast<const char*>(values), sizeof values},
                         .at_ms = 1,
                         .content = "text",
                         .attributes = attributes}},
                       Durability::kAsync);
  }
  (void)space->link({"near", 2, {{"a", "b", 0.5F}, {"b", "c", -1}}}, Durability::kAsync);
  (void)space->unlink({"near", {{"b", "c", 1}}}, Durability::kAsync);
  (void)space->forget({"c"}, Durability::kAsync);
  (void)space->forget({"a"}, Durability::kAsync, ForgetMode::kSuppress);
}

class Corpus {
 public:
  explicit Corpus(std::filesystem::path root) : root_(std::move(root)) {}
  void put(const char* target, const std::string& name, View bytes) const {
    std::filesystem::create_directories(root_ / target);
    std::ofstream(root_ / target / name, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::filesystem::path root_;
};

void log_seeds(const Corpus& corpus, const Bytes& segment) {
  corpus.put("log", "raw", Bytes(1, kRaw) + segment);
  corpus.put("log", "torn", Bytes(1, kRaw) + segment.substr(0, segment.size() * 2 / 3));
  Bytes sealed(1, kSealed);
  size_t number = 0;
  size_t at = kSegmentHeaderBytes;
  while (const auto record = decode_record(segment, at, kFuzzUuid)) {
    add_piece(sealed, record->type, record->payload);
    corpus.put("operation", numbered("record", ++number),
               Bytes(1, static_cast<char>(record->type)).append(record->payload));
    at += record->size;
  }
  corpus.put("log", "sealed", sealed);
}

void snapshot_seeds(const Corpus& corpus, const Bytes& snapshot) {
  corpus.put("snapshot", "raw", Bytes(1, kRaw) + snapshot);
  Bytes sealed(1, kSealed);
  size_t number = 0;
  (void)read_snapshot(snapshot, "", kFuzzUuid, kFuzzDimension, [&](const Operation& operation) -> Status {
    Bytes payload;
    encode_operation(payload, operation);
    const auto type = static_cast<uint16_t>(type_of(operation));
    add_piece(sealed, type - static_cast<uint16_t>(OperationType::kState), payload);
    corpus.put("operation", numbered("section", ++number), Bytes(1, static_cast<char>(type)).append(payload));
    return {};
  });
  corpus.put("snapshot", "sealed", sealed);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "fuzz_seeds DIRECTORY\n");
    return 3;
  }
  const Corpus corpus(arguments[1]);
  SimulatedDisk disk(1);
  live(disk);
  log_seeds(corpus, *disk.contents(join_path(kFuzzDirectory, segment_name(1))));
  if (!(*Space::open(disk, kFuzzDirectory, kFuzzLog))->snapshot()) return 1;
  snapshot_seeds(corpus, *disk.contents(join_path(kFuzzDirectory, kSnapshotName)));
  corpus.put("attributes", "three",
             encode_attributes({{"key", std::string("value")}, {"n", 2.5}, {"yes", true}}));
  Bytes cue;
  Writer writer(cue);
  writer.put(uint32_t{10});
  writer.put(uint8_t{0});
  writer.put(uint8_t{1});
  writer.sized<uint16_t>("e7");
  for (const float value : {0.5F, -1.0F, 2.0F}) writer.put(value);
  corpus.put("cue", "ten", cue);
  return 0;
}
