// Writes the seed corpus of the fuzz targets: what a small space really writes, whole and cut into pieces.
//   fuzz_seeds DIRECTORY            (native/fuzz/corpus)
//   fuzz_seeds --covers DIRECTORY   whether there is one of every kind of operation
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>

#include "backup/manifest.h"
#include "engine/engine.h"
#include "fuzz/input.h"
#include "fuzz/space_file.h"
#include "log/segment.h"
#include "space/settings.h"
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

/** The same for the log's target, which takes a key before the piece. */
void add_record(Bytes& out, const Record& record) {
  if (record.tag.key.empty()) return add_piece(out, record.type, record.payload);
  Writer writer(out);
  writer.put(static_cast<uint8_t>(record.type | kKeyedBit));
  writer.sized<uint16_t>(record.tag.key);
  writer.put(uint8_t{1});
  writer.put(uint8_t{2});
  writer.sized<uint16_t>(record.payload);
}

std::string numbered(std::string name, size_t number) {
  return name.append("-").append(std::to_string(number));
}

void store(Space& space, View id, float x, float y, View key = {}) {
  static const Bytes kAttributes =
      encode_attributes({{"key", std::string("value")}, {"n", 2.5}, {"yes", true}});
  const float values[kFuzzDimension] = {x, y, 0.5F};
  (void)space.store({{.id = id,
                      .embedding = {reinterpret_cast<const char*>(values), sizeof values},
                      .at_ms = 1,
                      .content = "text",
                      .attributes = kAttributes}},
                    {Durability::kAsync, 1'000, key});
}

/** Three episodes near each other, and a cycle that makes a concept of them. */
void form(Space& space, const std::vector<View>& ids, float x) {
  for (size_t i = 0; i < ids.size(); ++i) store(space, ids[i], x, 0.1F * static_cast<float>(i));
  (void)space.consolidate(10, {.cluster = {.tau_ms = 0}, .share = 1}, Durability::kAsync);
}

/** A space with a record of every kind, as files; what its snapshot needs sections for is left at the end. */
void live(SimulatedDisk& disk) {
  make_space(disk);
  auto space = std::move(*Space::open(disk, kFuzzDirectory, kFuzzLog));
  for (const char* id : {"a", "b", "c"}) store(*space, id, static_cast<float>(id[0] - 'b'), 1);
  (void)space->link({"near", 2, {{"a", "b", 0.5F}, {"b", "c", -1}}}, Durability::kAsync);
  (void)space->unlink({"near", {{"b", "c", 1}}}, Durability::kAsync);
  (void)space->forget({"c"}, Durability::kAsync);
  (void)space->forget({"a"}, Durability::kAsync, ForgetMode::kSuppress);
  store(*space, "keyed", 0, -1, "key-1");
  (void)space->touch({"a", "keyed"}, 5, {Durability::kAsync, 1'000, "key-2"});
  MemorySettings settings{.calibration = Calibration({{0.2F, 0.1F}, {0.8F, 0.9F}})};
  settings.decay.model = DecayModel::kSpacing;
  (void)space->configure(settings, Durability::kAsync);
  form(*space, {"d", "e", "f"}, 3);
  (void)space->forget({"e", "f"}, Durability::kAsync);
  form(*space, {"g", "h", "i"}, -3);  // and ends the one that is left with one member
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
    add_record(sealed, *record);
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
  std::vector<uint32_t> ordinals;
  (void)read_snapshot(snapshot, "", kFuzzUuid, kFuzzDimension, [&](const Operation& operation) -> Status {
    Bytes payload;
    encode_operation(payload, operation);
    if (const auto* state = std::get_if<StateOperation>(&operation))
      for (const EpisodeState& one : state->episodes) ordinals.push_back(one.ordinal);
    const auto type = static_cast<uint16_t>(type_of(operation));
    add_piece(sealed, type - static_cast<uint16_t>(OperationType::kState), payload);
    corpus.put("operation", numbered("section", ++number), Bytes(1, static_cast<char>(type)).append(payload));
    return {};
  });
  corpus.put("snapshot", "sealed", sealed);
  // A space so small keeps no vector graph: one in which all of its vectors still wait to be linked.
  Bytes image;
  Writer writer(image);
  for (const uint32_t value : {VectorIndex::kImageVersion, kFuzzDimension, IndexOptions{}.degree})
    writer.put(value);
  writer.put(IndexOptions{}.seed);
  for (const uint32_t value : {static_cast<uint32_t>(ordinals.size()), 0U, 0U}) writer.put(value);
  for (const uint32_t ordinal : ordinals) writer.put(ordinal);
  for (const uint32_t value : {0U, UINT32_MAX, 0U}) writer.put(value);  // no mean, no entry, no layer
  constexpr auto kIndex = static_cast<uint16_t>(OperationType::kIndex);
  Bytes with_graph(1, kSealed);
  add_piece(with_graph, kIndex - static_cast<uint16_t>(OperationType::kState), image);
  corpus.put("snapshot", "graph", with_graph + sealed.substr(1));
  corpus.put("operation", "graph", Bytes(1, static_cast<char>(kIndex)).append(image));
  Bytes stability(1, static_cast<char>(OperationType::kStability));  // of older snapshots only
  encode_operation(stability, StabilityOperation{{{0, 1.5F}}});
  corpus.put("operation", "stability", stability);
  Bytes end(1, static_cast<char>(OperationType::kEnd));
  encode_operation(end, EndOperation{2, 1, {7}});
  corpus.put("operation", "end", end);
}

/** A small file that ends with its checksum: as it is, and without it for the target to put it there. */
void checked_seeds(const Corpus& corpus, const char* target, View bytes) {
  corpus.put(target, "raw", Bytes(1, kRaw).append(bytes));
  corpus.put(target, "sealed", Bytes(1, kSealed).append(bytes.substr(0, bytes.size() - sizeof(uint32_t))));
}

/** Whether every kind of operation has a seed of its own that decodes. */
bool covers(const std::filesystem::path& root) {
  std::set<size_t> kinds;
  if (std::filesystem::is_directory(root / "operation"))
    for (const auto& entry : std::filesystem::directory_iterator(root / "operation")) {
      std::ifstream file(entry.path(), std::ios::binary);
      const Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      if (bytes.empty()) continue;
      const auto operation =
          decode_operation(static_cast<uint8_t>(bytes[0]), View(bytes).substr(1), kFuzzDimension);
      if (operation) kinds.insert(operation->index());
    }
  std::printf("{\"kinds\":%zu,\"of\":%zu}\n", kinds.size(), std::variant_size_v<Operation>);
  return kinds.size() == std::variant_size_v<Operation>;
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 3 && std::string(arguments[1]) == "--covers") return covers(arguments[2]) ? 0 : 1;
  if (count != 2) {
    std::fprintf(stderr, "fuzz_seeds DIRECTORY | --covers DIRECTORY\n");
    return 3;
  }
  const Corpus corpus(arguments[1]);
  SimulatedDisk disk(1);
  live(disk);
  log_seeds(corpus, *disk.contents(join_path(kFuzzDirectory, segment_name(1))));
  if (!(*Space::open(disk, kFuzzDirectory, kFuzzLog))->snapshot()) return 1;
  snapshot_seeds(corpus, *disk.contents(join_path(kFuzzDirectory, kSnapshotName)));
  checked_seeds(corpus, "settings", *disk.contents(join_path(kFuzzDirectory, kSettingsName)));
  SimulatedDisk backed_up(1);
  make_backup(backed_up);
  checked_seeds(corpus, "manifest", *backed_up.contents(join_path(kFuzzBackup, kManifestName)));
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
  corpus.put(
      "request", "recall",
      "POST /v1/spaces/notes/recall HTTP/1.1\r\nHost: 127.0.0.1:7700\r\nContent-Type: application/json\r\n"
      "Content-Length: 18\r\n\r\n{\"vector\":[1,0,0]}");
  corpus.put("request", "null",
             "POST /v1/null HTTP/1.1\r\nHost: [::1]\r\nAccept: application/vnd.engram.hits\r\nConnection: "
             "keep-alive\r\n"
             "Content-Type: application/vnd.engram.vector\r\nContent-Length: 4\r\n\r\nabcdPOST /v1/");
  return covers(arguments[1]) ? 0 : 1;
}
