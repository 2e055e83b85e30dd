// Durable stores beside the raw write they cannot beat: a preallocated file, one write and one fdatasync per
// commit of the same bytes. Beside it the same into a file that grows: what a log pays for new blocks. A
// store with embeddings is measured twice, too: without a pause, and in bursts that its links may be behind
// of; and one without, as its log's segments: of zeros that were written ahead in lulls, or new ones. In
// turns, A-B-C-D-E-F and back, per size of batch; time on the wall. A turn begins when what stores before it
// left to be done is done: links and segments for the next burst. Embeddings are real ones or clusters like
// them: what a link costs depends on how vectors lie.
//   durable_bench --directory /on/a/real/disk [--base X] [--dimension 384] [--rounds N] [--milliseconds N]
// X: a file of 100,000 rows, as in index_bench.
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

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
constexpr double kP99 = 0.99;
constexpr std::array<uint32_t, 3> kBatches = {1, 100, 1'000};
/** What one visit writes at most: no more than the zeros that are ready. */
constexpr size_t kVisitBytesMax = size_t{256} << 20;
constexpr size_t kSpares = 4;
constexpr uint32_t kFillBatch = 1'000;
/** So many memories come at once in a burst, as many as the links of a space may be behind; so many bursts a
 * visit has. */
constexpr size_t kBurst = 1'000;
constexpr size_t kBursts = 4;
/** Whoever waits for links or zeros looks so often, and gives up after so many looks. */
constexpr std::chrono::milliseconds kLook{10};
constexpr int kLooksMax = 6'000;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "durable_bench: %s\n", why.c_str());
  std::exit(3);
}

/** Memory that a store has used stays with the process for the next one. A machine may give what is idle for
 * a few seconds back to its host, and then to touch it first takes ten times as long as to write it. */
void keep_memory() {
#if defined(__GLIBC__)
  constexpr int kTrimAbove = 2'000'000'000;
  constexpr int kMapAbove = 32 << 20;  // the most it takes
  mallopt(M_TRIM_THRESHOLD, kTrimAbove);
  mallopt(M_MMAP_THRESHOLD, kMapAbove);
#endif
}

/** What commits durably. */
class Log {
 public:
  Log() = default;
  virtual ~Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /** Seconds it took. */
  virtual double commit(uint32_t batch) = 0;
  /** Returns when nothing is left to be done behind the commits so far. */
  virtual void settle() const {}
};

/** The floor under every store: where `preallocated`, zeros are already on the disk and a commit overwrites
 * them. */
class RawLog final : public Log {
 public:
  RawLog(const std::string& path, bool preallocated)
      : file_(::open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR, 0600)), preallocated_(preallocated) {
    if (!preallocated) return;
    const Bytes zeros(size_t{1} << 20, '\0');
    for (size_t at = 0; at < kVisitBytesMax; at += zeros.size())
      if (::pwrite(file_, zeros.data(), zeros.size(), static_cast<off_t>(at)) < 0) fail("cannot preallocate");
    if (::fdatasync(file_) != 0) fail("fdatasync");
  }
  ~RawLog() override { ::close(file_); }

  double commit(uint32_t batch) override {
    const Bytes bytes(kRecordBytes * batch, 'x');
    if (preallocated_ && end_ + bytes.size() > kVisitBytesMax) end_ = 0;
    const double began = wallSeconds();
    if (::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(end_)) < 0) fail("write");
    if (::fdatasync(file_) != 0) fail("fdatasync");
    end_ += bytes.size();
    return wallSeconds() - began;
  }

 private:
  int file_;
  const bool preallocated_;
  size_t end_ = 0;
};

/** Episodes with new ids: one of the embeddings after the other, or as many bytes of text where there are
 * none.
 */
class Store final : public Log {
 public:
  Store(engram::Disk& disk, const std::string& directory, uint32_t dimension, const Vectors* embeddings,
        size_t spares)
      : embeddings_(embeddings), text_(kRecordBytes - 64, 'x') {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    if (!Space::create(disk, directory, {.dimension = dimension}, {})) fail("cannot create a space");
    auto opened = Space::open(disk, directory, {.spares = spares, .background = true});
    if (!opened) fail(opened.error().message);
    space_ = std::move(*opened);
  }

  /** Writes until the log is what it is in a space that is in use: so much that all spare segments are
   * wanted, since there are never more than were filled; then until a segment is begun that was one. */
  void fill() {
    const auto segments = [&] { return space_->stats().log.segments; };
    while (segments() <= kSpares) commit(kFillBatch);
    settle();
    for (const uint64_t before = segments(); segments() == before;) commit(kFillBatch);
    settle();
  }

  void settle() const override {
    for (int looks = 0; looks < kLooksMax; ++looks) {
      const engram::SpaceStats stats = space_->stats();
      if (stats.unlinked == 0 && stats.log.spares == stats.log.spares_wanted) return;
      std::this_thread::sleep_for(kLook);
    }
    fail("links or spare segments are not done in time");
  }

  double commit(uint32_t batch) override {
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
    return wallSeconds() - began;
  }

 private:
  const Vectors* embeddings_;
  Bytes text_;
  std::unique_ptr<Space> space_;
  std::vector<std::string> ids_;
  uint64_t next_ = 0;
};

struct Logged {
  const char* name;
  const char* suffix;  // of the metrics
  size_t burst;        // records between two pauses; 0: no pause
  std::function<std::shared_ptr<Log>()> begin;
};

void visit(const Logged& subject, Log& log, uint32_t batch, double seconds, const Visit& visit) {
  std::vector<double> commits;
  double busy = 0;
  const size_t most = subject.burst > 0 ? subject.burst * kBursts : kVisitBytesMax / kRecordBytes;
  while (busy < seconds && (commits.size() + 1) * batch <= most) {
    if (subject.burst > 0 && commits.size() * batch % subject.burst == 0) log.settle();
    commits.push_back(log.commit(batch));
    busy += commits.back();
  }
  const auto say = [&](const char* metric, const char* unit, double value, size_t n) {
    visit.say((std::string(metric) + subject.suffix).c_str(), std::to_string(batch), unit, value, n);
  };
  const size_t count = commits.size();
  const auto p99 = commits.begin() + static_cast<ptrdiff_t>(kP99 * static_cast<double>(count - 1));
  std::nth_element(commits.begin(), p99, commits.end());
  say("stores_per_s", "1/s", static_cast<double>(count * batch) / busy, count * batch);
  say("commit_p99_us", "µs", *p99 * 1e6, count);
}

void measure(const Options& options) {
  keep_memory();
  const std::string directory = options.text("directory");
  const double seconds = options.number("milliseconds") / 1e3;
  engram::PosixDisk disk;
  const uint32_t dimension = options.number("dimension");
  const Vectors vectors = options.text("base") == "clustered"
                              ? engram::bench::clustered(kVectors, dimension, 1)
                              : engram::bench::load(options.text("base"), kVectors, dimension);
  // What grows with every commit is new in every turn: what it costs the system to find memory that was never
  // used before is no property of a log.
  const auto raw = std::make_shared<RawLog>(directory + "/raw", true);
  const auto growing = [&] { return std::make_shared<RawLog>(directory + "/growing", false); };
  const auto embedded = std::make_shared<Store>(disk, directory + "/embedded", dimension, &vectors, kSpares);
  const auto plain = [&](size_t spares) {
    auto store = std::make_shared<Store>(disk, directory + "/plain", dimension, nullptr, spares);
    store->fill();
    return store;
  };
  const std::array<Logged, 6> subjects = {{
      {"raw log", "", 0, [&] { return raw; }},
      {"growing file", "", 0, growing},
      {"engram", "", 0, [&] { return embedded; }},
      {"engram", " in bursts", kBurst, [&] { return embedded; }},
      {"engram", " without embedding", 0, [&] { return plain(kSpares); }},
      {"engram", " without embedding, nothing ready", 0, [&] { return plain(0); }},
  }};

  for (const uint32_t batch : kBatches)
    for (uint32_t round = 0; round < options.number("rounds"); ++round)
      for (uint32_t turn = 0; turn < subjects.size(); ++turn) {
        const size_t last = subjects.size() - 1;
        const Logged& subject = subjects[round % 2 == 0 ? turn : last - turn];
        const std::shared_ptr<Log> log = subject.begin();
        embedded->settle();
        log->settle();
        visit(subject, *log, batch, seconds, {subject.name, round, turn});
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
