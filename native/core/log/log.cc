#include "log/log.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/mutant.h"
#include "base/phases.h"
#include "log/mark.h"
#include "log/segment.h"

namespace engram {
namespace {

/** Above this a commit is dominated by its own bytes: writing zeros ahead of it would only double them. */
constexpr size_t kPreallocateForRecordsMaxBytes = 64 << 10;
/** A record is written in such pieces: the disk is at work on the first when the last is handed over. */
constexpr size_t kWriteBytes = size_t{256} << 10;
/** The memory for a record that the next may use again. */
constexpr size_t kBufferKeptBytes = size_t{4} << 20;

Status sync_directory(Disk& disk, const std::string& directory) {
  return mutant(Mutant::kSkipDirectorySync) ? Status{} : disk.sync_directory(directory);
}

Status begin_file(Disk& disk, const std::string& path, OpenMode mode, const SegmentHeader& header,
                  std::unique_ptr<File>& out) {
  auto file = disk.open(path, mode);
  ENGRAM_TRY(file);
  ENGRAM_TRY((*file)->write(0, encode_segment_header(header)));
  if (!mutant(Mutant::kSkipSync)) ENGRAM_TRY((*file)->sync());
  out = std::move(*file);
  return {};
}

/**
 * What was replayed may be in the page cache only: the process died, not the machine. And where a sync had
 * failed, the kernel holds those pages for clean and no sync would write them; written again, they are dirty.
 */
Status rewrite(File& file, uint64_t from, uint64_t to) {
  if (from >= to || mutant(Mutant::kTrustPageCache)) return {};
  const auto bytes = file.read(from, to - from);
  ENGRAM_TRY(bytes);
  return file.write(from, *bytes);
}

}  // namespace

Status Log::create(Disk& disk, const std::string& directory, const SpaceUuid& uuid) {
  auto mark = disk.open(join_path(directory, kMarkName), OpenMode::kCreate);
  ENGRAM_TRY(mark);
  ENGRAM_TRY((*mark)->write(0, encode_mark(uuid, 0)));
  ENGRAM_TRY((*mark)->sync());
  std::unique_ptr<File> segment;
  ENGRAM_TRY(begin_file(disk, join_path(directory, segment_name(1)), OpenMode::kCreate,
                        {uuid, 1, chain_start(uuid)}, segment));
  return sync_directory(disk, directory);
}

Log::Log(Disk& disk, std::string directory, const SpaceUuid& uuid, const LogOptions& options)
    : disk_(disk),
      directory_(std::move(directory)),
      uuid_(uuid),
      options_(options),
      spares_(disk, directory_, options.segment_bytes, options.background) {}

Log::~Log() { (void)close(); }  // a destructor has nobody to tell; close() is the call that reports

Result<std::unique_ptr<Log>> Log::open(Disk& disk, const std::string& directory, const SpaceUuid& uuid,
                                       const ChainPosition& from, const LogOptions& options,
                                       const RecordVisitor& visit) {
  auto recovered = recover_log(disk, directory, uuid, from, visit);
  ENGRAM_TRY(recovered);
  std::unique_ptr<Log> log(new Log(disk, directory, uuid, options));  // private constructor
  log->position_ = recovered->end;
  log->durable_ = recovered->end.sequence;
  log->damage_ = recovered->damage;
  if (log->damage_) return log;

  // The snapshot's name may not be durable yet, and no order among names is promised: first it, then what it
  // replaces. (Oracle, seed 13049: a kill before the directory's sync, then a power cut while opening.)
  if (!recovered->stale.empty()) ENGRAM_TRY(sync_directory(disk, directory));
  for (const std::string& stale : recovered->stale) ENGRAM_TRY(disk.remove(stale));
  ENGRAM_TRY(log->spares_.remove_all());
  log->earlier_ = std::move(recovered->earlier);
  log->present_ = recovered->segment;
  auto file = disk.open(recovered->segment.path, OpenMode::kWrite);
  ENGRAM_TRY(file);
  log->file_ = std::move(*file);
  log->offset_ = recovered->offset;
  log->allocated_ = recovered->segment.bytes;
  if (recovered->torn_bytes > 0) {
    ENGRAM_TRY(log->file_->truncate(recovered->offset));
    log->allocated_ = recovered->offset;
    log->cut_bytes_ = recovered->torn_bytes;
  }
  ENGRAM_TRY(rewrite(*log->file_, recovered->unsynced, recovered->offset));
  if (!mutant(Mutant::kSkipSync)) ENGRAM_TRY(log->file_->sync());
  ENGRAM_TRY(sync_directory(disk, directory));

  auto mark = disk.open(join_path(directory, kMarkName), OpenMode::kWrite);
  if (!mark && mark.error().code == Code::kNotFound)
    mark = disk.open(join_path(directory, kMarkName), OpenMode::kCreate);
  ENGRAM_TRY(mark);
  log->mark_ = std::move(*mark);
  log->write_mark();
  if (recovered->version != kLogVersion) ENGRAM_TRY(log->renew_segment(*recovered));
  ENGRAM_TRY(log->remove_covered(from.sequence));
  return log;
}

/** Records of this build's format go into segments of that format only. */
Status Log::renew_segment(const Recovered& recovered) {
  if (offset_ > kSegmentHeaderBytes) return begin_segment();
  const SegmentHeader header{uuid_, position_.sequence + 1, position_.chain};
  file_.reset();
  ENGRAM_TRY(write_file_durably(disk_, recovered.segment.path, encode_segment_header(header)));
  auto file = disk_.open(recovered.segment.path, OpenMode::kWrite);
  ENGRAM_TRY(file);
  file_ = std::move(*file);
  allocated_ = kSegmentHeaderBytes;
  return {};
}

Status Log::writable() const {
  const std::lock_guard lock(mutex_);
  return writable_locked();
}

Status Log::writable_locked() const {
  if (damage_) return *damage_;
  if (poisoned_) return *poisoned_;
  if (closed_) return Error{Code::kClosed, "the log of " + directory_ + " is closed", "open the space again"};
  return {};
}

Error Log::poison(Error cause) {
  if (!poisoned_) {
    poisoned_ = Error{Code::kPoisoned,
                      "writes to " + directory_ + " are refused since an earlier failure: " + cause.message,
                      "check the device, then open the engine again: it recovers what was acknowledged"};
  }
  synced_.notify_all();
  tell();
  return *poisoned_;
}

/** Best effort: a lost mark costs certainty about the newest group, never data. */
void Log::write_mark() {
  if (marked_ == durable_ && marked_ != 0) return;
  if (mark_->write(0, encode_mark(uuid_, durable_)).ok()) marked_ = durable_;
}

/** A file with this header and, where there is a spare one, zeros behind it. */
Status Log::write_segment(const SegmentHeader& header, std::unique_ptr<File>& out, uint64_t& bytes) {
  const std::string path = join_path(directory_, segment_name(header.first));
  const std::string spare = spares_.take();
  bytes = spare.empty() ? kSegmentHeaderBytes : spares_.bytes_each();
  if (spare.empty()) {
    ENGRAM_TRY(begin_file(disk_, path, OpenMode::kCreate, header, out));
    return sync_directory(disk_, directory_);
  }
  Status begun = begin_file(disk_, spare, OpenMode::kWrite, header, out);
  if (begun.ok()) begun = disk_.rename(spare, path);
  if (begun.ok()) return sync_directory(disk_, directory_);
  (void)disk_.remove(spare);
  return begun;
}

/** Everything appended must be synced: that is what the new segment's header tells recovery. */
Status Log::begin_segment() {
  assert(durable_ == position_.sequence);
  const SegmentHeader header{uuid_, position_.sequence + 1, position_.chain};
  std::unique_ptr<File> file;
  uint64_t bytes = 0;
  if (const Status begun = write_segment(header, file, bytes); !begun) {
    if (begun.error().code != Code::kDiskFull) return poison(begun.error());
    // The old segment is whole and stays in use; only the new one goes.
    (void)disk_.remove(join_path(directory_, segment_name(header.first)));
    return begun;
  }
  // What a snapshot ended early gives back what it had ahead: to keep the log is to keep records.
  give_back_ahead();
  present_.bytes = allocated_;
  earlier_.push_back(std::exchange(
      present_, {header.first, join_path(directory_, segment_name(header.first)), kSegmentHeaderBytes}));
  file_ = std::move(file);
  offset_ = kSegmentHeaderBytes;
  allocated_ = bytes;
  return {};
}

/** Zeros of a spare segment behind its last record. Where it fails, they stay. */
void Log::give_back_ahead() {
  if (allocated_ - offset_ > options_.preallocate_bytes && file_->truncate(offset_)) allocated_ = offset_;
}

/** Makes room for a small record by zeros; a large one extends the file itself. */
Status Log::reserve(size_t bytes) {
  if (offset_ + bytes <= allocated_ || bytes > kPreallocateForRecordsMaxBytes ||
      options_.preallocate_bytes == 0)
    return {};
  const uint64_t end = std::max<uint64_t>(offset_ + bytes, allocated_ + options_.preallocate_bytes);
  const Status wrote = file_->write(allocated_, Bytes(end - allocated_, '\0'));
  if (wrote.ok()) allocated_ = end;
  return wrote;
}

Status Log::write_record() {
  const View record = buffer_;
  for (size_t at = 0; at < record.size(); at += kWriteBytes) {
    const View piece = record.substr(at, kWriteBytes);
    ENGRAM_TRY(file_->write(offset_ + at, piece));
    if (record.size() > kWriteBytes) file_->begin_sync(offset_ + at, piece.size());
  }
  return {};
}

Result<Sequence> Log::append(uint16_t type, const PayloadWriter& payload, const RecordTag& tag) {
  if (buffer_.capacity() > kBufferKeptBytes) buffer_ = {};
  buffer_.clear();
  ChainPosition next = position();  // only this call moves it
  encode_record(buffer_, uuid_, next, durable(), type, tag, payload);
  if (buffer_.size() > kRecordMaxBytes)
    return Error{Code::kTooLarge, "the batch has " + std::to_string(buffer_.size()) + " bytes",
                 "split it: a batch may have " + std::to_string(kRecordMaxBytes)};
  std::unique_lock lock(mutex_);
  ENGRAM_TRY(writable_locked());
  if (offset_ > kSegmentHeaderBytes && offset_ + buffer_.size() > options_.segment_bytes) {
    ENGRAM_TRY(sync_locked(lock, position_.sequence));
    ENGRAM_TRY(begin_segment());
    spares_.want(std::min(++filled_, options_.spares));
  }
  spares_.busy();
  Status wrote = reserve(buffer_.size());
  if (wrote.ok() || wrote.error().code == Code::kDiskFull) wrote = write_record();
  if (!wrote && wrote.error().code == Code::kDiskFull && spares_.give_back()) wrote = write_record();
  if (!wrote) {
    if (wrote.error().code != Code::kDiskFull) return poison(wrote.error());
    // Give back what the failed write took, durably: what is left of it may be a whole record but for its
    // padding, and a crash may keep it and lose what is written over it. (Oracle, seed 10704.)
    if (const Status cut = file_->truncate(offset_); !cut) return poison(cut.error());
    allocated_ = offset_;
    if (const Status synced = file_->sync(); !synced) return poison(synced.error());
    return wrote.error();
  }
  position_ = next;
  offset_ += buffer_.size();
  allocated_ = std::max(allocated_, offset_);
  appended_bytes_ += buffer_.size();
  tell();
  return position_.sequence;
}

Status Log::sync_to(Sequence sequence) {
  const Waiting waiting(&Phases::sync_ns);
  std::unique_lock lock(mutex_);
  return sync_locked(lock, sequence);
}

/** Group commit: the first caller leads and syncs for all that have appended; the others wait for it. */
Status Log::sync_locked(std::unique_lock<std::mutex>& lock, Sequence sequence) {
  while (durable_ < sequence) {
    ENGRAM_TRY(writable_locked());
    if (leading_) {
      synced_.wait(lock);
      continue;
    }
    leading_ = true;
    Sequence target = position_.sequence;
    const std::shared_ptr<File> file = file_;
    lock.unlock();
    const uint64_t since = monotonic_ns();
    Status status = mutant(Mutant::kSkipSync) ? Status{} : file->sync();
    sync_latency_.record(monotonic_ns() - since);
    if (!status && mutant(Mutant::kRetryFailedSync)) status = file->sync();
    lock.lock();
    if (mutant(Mutant::kAckBeforeSync)) target = position_.sequence;
    leading_ = false;
    ++sync_count_;
    if (!status) return poison(status.error());
    durable_ = std::max(durable_, target);
    if (durable_ == position_.sequence) write_mark();  // nobody follows at once: the newest group is marked
    synced_.notify_all();
    tell();
  }
  return {};
}

void Log::tell() const {
  for (const auto& [number, changed] : subscribers_) changed();
}

uint64_t Log::subscribe(std::function<void()> changed) {
  const std::lock_guard lock(mutex_);
  subscribers_.emplace(++subscriptions_, std::move(changed));
  return subscriptions_;
}

void Log::unsubscribe(uint64_t subscription) {
  const std::lock_guard lock(mutex_);
  subscribers_.erase(subscription);
}

Status Log::rotate() {
  std::unique_lock lock(mutex_);
  ENGRAM_TRY(writable_locked());
  if (offset_ == kSegmentHeaderBytes) return {};
  ENGRAM_TRY(sync_locked(lock, position_.sequence));
  return begin_segment();
}

Status Log::remove_covered(Sequence covered) {
  std::vector<SegmentFile> gone;
  {
    const std::lock_guard lock(mutex_);
    size_t all = 0;  // of the earlier segments, those that are covered whole
    while (all < earlier_.size() &&
           (all + 1 < earlier_.size() ? earlier_[all + 1].first : present_.first) <= covered + 1)
      ++all;
    uint64_t kept_bytes = 0;
    while (all > 0 && kept_bytes + earlier_[all - 1].bytes <= options_.retain_bytes)
      kept_bytes += earlier_[--all].bytes;
    gone.assign(earlier_.begin(), earlier_.begin() + static_cast<ptrdiff_t>(all));
    earlier_.erase(earlier_.begin(), earlier_.begin() + static_cast<ptrdiff_t>(all));
  }
  if (gone.empty()) return {};
  for (const SegmentFile& segment : gone) ENGRAM_TRY(disk_.remove(segment.path));
  return sync_directory(disk_, directory_);
}

Status Log::close() {
  syncing_.end();
  spares_.end();
  std::unique_lock lock(mutex_);
  if (closed_ || damage_ || !file_) {
    closed_ = true;
    return {};
  }
  Status status = sync_locked(lock, position_.sequence);
  closed_ = true;
  tell();
  if (status.ok() && mark_) {
    write_mark();
    status = mark_->sync();
  }
  if (status.ok()) give_back_ahead();
  if (status.ok() && spares_.count() > 0) status = spares_.remove_all();
  file_.reset();  // whoever still holds the space holds no file
  mark_.reset();
  return status;
}

ChainPosition Log::position() const {
  const std::lock_guard lock(mutex_);
  return position_;
}

Sequence Log::durable() const {
  const std::lock_guard lock(mutex_);
  return durable_;
}

LogStats Log::stats() const {
  const std::lock_guard lock(mutex_);
  uint64_t earlier_bytes = 0;
  for (const SegmentFile& segment : earlier_) earlier_bytes += segment.bytes;
  return {.position = position_,
          .durable = durable_,
          .first = earlier_.empty() ? present_.first : earlier_.front().first,
          .syncs = sync_count_,
          .bytes = earlier_bytes + allocated_,
          .record_bytes = earlier_bytes + offset_,
          .segments = earlier_.size() + 1,
          .ahead_bytes = allocated_ - offset_ + spares_.count() * spares_.bytes_each(),
          .spares = spares_.count(),
          .spares_wanted = spares_.wanted(),
          .appended_bytes = appended_bytes_,
          .cut_bytes = cut_bytes_};
}

}  // namespace engram
