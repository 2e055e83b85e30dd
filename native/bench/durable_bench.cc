// Durable stores beside the raw write they cannot beat: a preallocated file, one write and one fdatasync per
// commit of the same bytes. In turns, A-B-C and C-B-A, per size of batch; time on the wall.
// Embeddings are real ones or clusters like them: what a link costs depends on how vectors lie.
//   durable_bench --directory /on/a/real/disk [--base X] [--dimension 384] [--rounds N] [--milliseconds N]
// X: a file of 100,000 rows, as in index_bench.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "bench.h"
#include "io/posix_disk.h"
#include "space/space.h"
#include "vectors.h"

namespace {

using engram::Bytes;
using engram::EpisodeFields;
using engram::Space;
using engram::View;
using engram::bench::Options;
using engram::bench::Vectors;
using engram::bench::Visit;
using engram::bench::wallSeconds;

constexpr size_t kVectors = 100'000;
constexpr size_t kRecordBytes = 1'600;
constexpr std::array<uint32_t, 3> kBatches = {1, 100, 1'000};
/** What one visit writes at most, so that three subjects' files stay small. */
constexpr size_t kVisitBytesMax = size_t{256} << 20;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "durable_bench: %s\n", why.c_str());
  std::exit(3);
}

/** The floor under every store: zeros are already on the disk, a commit overwrites them. */
class RawLog {
 public:
  explicit RawLog(const std::string& path) : file_(::open(path.c_str(), O_CREAT | O_RDWR, 0600)) {
    const Bytes zeros(size_t{1} << 20, '\0');
    for (size_t at = 0; at < kVisitBytesMax; at += zeros.size())
      if (::pwrite(file_, zeros.data(), zeros.size(), static_cast<off_t>(at)) < 0) fail("cannot preallocate");
    if (::fdatasync(file_) != 0) fail("fdatasync");
  }
  ~RawLog() { ::close(file_); }
  RawLog(const RawLog&) = delete;
  RawLog& operator=(const RawLog&) = delete;

  void commit(const Bytes& bytes) {
    if (end_ + bytes.size() > kVisitBytesMax) end_ = 0;
    if (::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(end_)) < 0) fail("write");
    if (::fdatasync(file_) != 0) fail("fdatasync");
    end_ += bytes.size();
  }

 private:
  int file_;
  size_t end_ = 0;
};

/** Episodes with new ids: one of the embeddings after the other, or as many bytes of text where there are
 * none.
 */
class Store {
 public:
  Store(engram::Disk& disk, const std::string& directory, uint32_t dimension, const Vectors* embeddings)
      : embeddings_(embeddings), text_(kRecordBytes - 64, 'x') {
    std::filesystem::create_directories(directory);
    if (!Space::create(disk, directory, {.dimension = dimension}, {})) fail("cannot create a space");
    auto opened = Space::open(disk, directory, {.background = true});
    if (!opened) fail(opened.error().message);
    space_ = std::move(*opened);
  }

  void commit(uint32_t batch) {
    ids_.clear();
    std::vector<EpisodeFields> episodes(batch);
    for (uint32_t i = 0; i < batch; ++i) ids_.push_back("memory-" + std::to_string(next_ + i));
    for (uint32_t i = 0; i < batch; ++i, ++next_) {
      episodes[i].id = ids_[i];
      if (embeddings_ != nullptr) {
        const auto values = (*embeddings_)[next_ % embeddings_->count()];
        episodes[i].embedding = {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
      } else {
        episodes[i].content = text_;
      }
    }
    const double began = wallSeconds();
    if (const auto stored = space_->store(episodes, engram::Durability::kFsync); !stored)
      fail(stored.error().message);
    busy_ += wallSeconds() - began;
  }

  /** Seconds inside of store() since the last call. */
  double takeBusy() { return std::exchange(busy_, 0); }

 private:
  const Vectors* embeddings_;
  Bytes text_;
  std::unique_ptr<Space> space_;
  std::vector<std::string> ids_;
  uint64_t next_ = 0;
  double busy_ = 0;
};

void measure(const Options& options) {
  const std::string directory = options.text("directory");
  const double seconds = options.number("milliseconds") / 1e3;
  engram::PosixDisk disk;
  const uint32_t dimension = options.number("dimension");
  const Vectors vectors = options.text("base") == "clustered"
                              ? engram::bench::clustered(kVectors, dimension, 1)
                              : engram::bench::load(options.text("base"), kVectors, dimension);
  RawLog raw(directory + "/raw");
  Store embedded(disk, directory + "/embedded", dimension, &vectors);
  Store plain(disk, directory + "/plain", dimension, nullptr);

  for (const uint32_t batch : kBatches) {
    const Bytes bytes(kRecordBytes * batch, 'x');
    for (uint32_t round = 0; round < options.number("rounds"); ++round)
      for (uint32_t turn = 0; turn < 3; ++turn) {
        const uint32_t subject = round % 2 == 0 ? turn : 2 - turn;
        const Visit visit{subject == 0 ? "raw log" : "engram", round, turn};
        size_t commits = 0;
        double busy = 0;
        while (busy < seconds && commits * batch * kRecordBytes < kVisitBytesMax) {
          if (subject == 0) {
            const double began = wallSeconds();
            raw.commit(bytes);
            busy += wallSeconds() - began;
          } else {
            Store& store = subject == 1 ? embedded : plain;
            store.commit(batch);
            busy += store.takeBusy();
          }
          ++commits;
        }
        const char* metric = subject == 2 ? "stores_per_s without embedding" : "stores_per_s";
        visit.say(metric, std::to_string(batch), "1/s", static_cast<double>(commits * batch) / busy,
                  commits * batch);
      }
  }
}

}  // namespace

int main(int count, char** arguments) {
  const Options options(count, arguments,
                        {{"directory", ""},
                         {"base", "clustered"},
                         {"dimension", "384"},
                         {"rounds", "6"},
                         {"milliseconds", "300"}});
  return engram::bench::exitCode("durable_bench", [&] { measure(options); });
}
