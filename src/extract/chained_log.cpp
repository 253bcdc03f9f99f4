#include "extract/chained_log.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/time.h"
#include "extract/case.h"

namespace weft::extract {
namespace {

using nlohmann::json;

constexpr int lock_tries = 1000, lock_pause_ms = 10;
constexpr uint64_t first_tail = 16 * 1024;  // bytes; some twenty lines

std::string dump(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

// A line without its newline; null when it is none.
json parse_line(std::string_view text) {
  json line = json::parse(text, nullptr, false);
  bool good = line.is_object() && line.contains("hash") && line["hash"].is_string() && line.contains("seq") &&
              line["seq"].is_number_unsigned();
  return good ? line : json();
}

std::string text_of(const json& line, const char* name) {
  auto it = line.find(name);
  return it != line.end() && it->is_string() ? it->get<std::string>() : std::string();
}

// What a log ends in: its last whole line, and what follows that.
struct Tail {
  json last;          // null: none
  std::string rest;   // cut off or damaged; empty when all is well
  bool open = false;  // a newline is missing at the end
};

// A line that only lacks its newline is whole.
Tail tail_from(json last, std::string rest) {
  bool open = !rest.empty() && !rest.ends_with('\n');
  if (json line = parse_line(rest); open && !line.is_null()) return {std::move(line), {}, true};
  return {std::move(last), std::move(rest), open};
}

std::string read_range(int fd, uint64_t begin, uint64_t end, const std::string& path) {
  std::string out(end - begin, '\0');
  for (uint64_t done = 0; done < out.size();) {
    ssize_t n = ::pread(fd, out.data() + done, out.size() - done, off_t(begin + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Error("cannot read", path, errno);
    if (n == 0) out.resize(done);
    done += uint64_t(n);
  }
  return out;
}

// Reads as much from the end as holds a whole line: the file may be long, and most of it is of no interest here.
Tail tail_of(int fd, uint64_t size, const std::string& path) {
  for (uint64_t length = std::min(size, first_tail);; length = std::min(size, 4 * length)) {
    std::string text = read_range(fd, size - length, size, path);
    size_t end = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;  // of whole lines
    while (end > 0) {
      size_t before = end < 2 ? std::string::npos : text.rfind('\n', end - 2);
      if (before == std::string::npos && length < size) break;  // begins further in front
      size_t begin = before == std::string::npos ? 0 : before + 1;
      if (json line = parse_line(std::string_view(text).substr(begin, end - begin - 1)); !line.is_null())
        return tail_from(std::move(line), text.substr(end));
      end = begin;
    }
    if (length == size) return tail_from(json(), text);
  }
}

void lock(int fd, int how, const std::string& path) {
  for (int tries = 0; ::flock(fd, how | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw Error("cannot lock", path, errno);
    if (tries == lock_tries) throw Error("others have held this log for long", path, EWOULDBLOCK);
    std::this_thread::sleep_for(std::chrono::milliseconds(lock_pause_ms));
  }
}

uint64_t size_of(int fd, const std::string& path) {
  struct stat info;
  if (::fstat(fd, &info) != 0) throw Error("cannot read", path, errno);
  return uint64_t(info.st_size);
}

// All of it, while nobody writes.
std::string read_whole(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw Error("cannot open", path, errno);
  lock(fd.get(), LOCK_SH, path);
  return read_range(fd.get(), 0, size_of(fd.get(), path), path);
}

// In one write, so that a kill leaves all of it or nothing; what a full disk took is taken back.
void write_line(int fd, std::string_view text, uint64_t size_before, const std::string& path) {
  ssize_t n = ::write(fd, text.data(), text.size());
  if (n == ssize_t(text.size())) {
    if (::fsync(fd) != 0) throw Error("cannot write", path, errno);
    return;
  }
  int failed = n < 0 ? errno : ENOSPC;
  if (n > 0 && ::ftruncate(fd, off_t(size_before)) != 0) failed = errno;
  throw Error("cannot write", path, failed);
}

// What a log holds between two whole lines: nothing wrong where the second says that it mends just that.
bool mended(const json& line, std::string_view between) {
  auto mends = line.find("mends");
  if (mends == line.end() || !mends->is_object()) return false;
  std::string_view cut = between.substr(0, between.size() - 1);  // without the newline that the mending line brought
  return cut.find('\n') == std::string_view::npos && mends->contains("bytes") && (*mends)["bytes"] == cut.size() &&
         text_of(*mends, "sha256") == sha256_hex(as_bytes(cut));
}

}  // namespace

std::string ChainedLog::name() const {
  return std::filesystem::path(path_).filename().string();
}

uint64_t ChainedLog::append(const std::string& action, const json& detail, const std::string& beside) {
  bool is_new = !exists(path_);
  Fd fd(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, mode_));
  if (!fd) throw Error("cannot open", path_, errno);
  lock(fd.get(), LOCK_EX, path_);
  uint64_t size = size_of(fd.get(), path_);
  Tail tail = tail_of(fd.get(), size, path_);
  uint64_t seq = (tail.last.is_null() ? 0 : tail.last["seq"].get<uint64_t>()) + 1;
  json line = {{"seq", seq},       {"time", to_text(now())},
               {"actor", actor()}, {"action", action},
               {"detail", detail}, {"previous", tail.last.is_null() ? "" : text_of(tail.last, "hash")}};
  if (!beside.empty()) line["beside"] = beside;
  if (!tail.rest.empty()) line["mends"] = {{"bytes", tail.rest.size()}, {"sha256", sha256_hex(as_bytes(tail.rest))}};
  // A text that is no UTF-8 is replaced when it is written; the hash is over what is written.
  line = json::parse(dump(line));
  line["hash"] = sha256_hex(as_bytes(dump(line)));
  write_line(fd.get(), (tail.open ? "\n" : "") + dump(line) + "\n", size, path_);
  if (is_new) {
    std::string folder = std::filesystem::path(path_).parent_path().string();
    Fd dir(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!dir || ::fsync(dir.get()) != 0) throw Error("cannot sync folder", folder, errno);
  }
  return seq;
}

std::string ChainedLog::last_hash() const {
  Fd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  lock(fd.get(), LOCK_SH, path_);
  Tail tail = tail_of(fd.get(), size_of(fd.get(), path_), path_);
  return tail.last.is_null() ? "" : text_of(tail.last, "hash");
}

std::vector<json> ChainedLog::lines() const {
  std::vector<json> out;
  if (!exists(path_)) return out;
  std::string text = read_whole(path_);
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(parse_line(std::string_view(text).substr(begin, end - begin)));
    begin = end + 1;
  }
  return out;
}

ChainedLog::Checked ChainedLog::check() const {
  Checked out;
  if (!exists(path_)) return out;
  out.there = true;
  std::string text = read_whole(path_), previous;
  uint64_t seq = 0, number = 0, unread_from = 0;
  size_t good_end = 0;
  auto where = [&](uint64_t line) { return fmt::format("{} line {} ", name(), line); };
  auto unread_until = [&](uint64_t last) {
    for (uint64_t line = unread_from; line <= last; ++line) out.wrong.push_back(where(line) + "is not readable");
  };
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    ++number;
    json line = parse_line(std::string_view(text).substr(begin, end - begin));
    if (line.is_null() && end == text.size()) {
      if (good_end < begin) unread_until(number - 1);
      out.remarks.push_back(where(number) +
                            fmt::format("was cut off while it was written, after {} bytes; the next line "
                                        "will say so",
                                        text.size() - begin));
      break;
    }
    if (line.is_null()) {
      if (good_end == begin) unread_from = number;
      begin = end + 1;
      continue;
    }
    if (good_end < begin) {
      if (mended(line, std::string_view(text).substr(good_end, begin - good_end)))
        out.remarks.push_back(where(number - 1) + "was cut off while it was written; the line after it says so");
      else
        unread_until(number - 1);
    } else if (line.contains("mends")) {
      out.wrong.push_back(where(number) + "mends what is not there any more: a line that was cut off was taken out");
    }
    std::string stated = text_of(line, "hash");
    json bare = line;
    bare.erase("hash");
    if (sha256_hex(as_bytes(dump(bare))) != stated)
      out.wrong.push_back(where(number) + "was changed: its hash does not fit");
    uint64_t stated_seq = line["seq"].get<uint64_t>();
    if (text_of(line, "previous") != previous || stated_seq != seq + 1)
      out.wrong.push_back(where(number) + "does not follow the line before: lines were taken out, put in or changed");
    previous = stated, seq = stated_seq;
    out.hashes.push_back(stated);
    if (std::string beside = text_of(line, "beside"); !beside.empty()) out.besides.emplace_back(number, beside);
    ++out.lines;
    begin = good_end = end + 1;  // behind the newline, be it there or not
  }
  if (number > 0 && good_end < text.size() && text.back() == '\n') unread_until(number);
  std::sort(out.hashes.begin(), out.hashes.end());
  return out;
}

void ChainedLog::check_beside(Checked& checked, const ChainedLog& log, const Checked& other) const {
  for (const auto& [number, hash] : checked.besides)
    if (!std::binary_search(other.hashes.begin(), other.hashes.end(), hash)) {
      checked.wrong.push_back(
          fmt::format("{} line {} and later ones know of lines of {} that are not there: its last "
                      "lines, or all of it, were taken out or changed",
                      name(), number, log.name()));
      return;
    }
}

}  // namespace weft::extract
