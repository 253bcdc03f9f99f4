#include "app/output.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "base/error.h"
#include "base/file.h"

namespace weft::app {
namespace {

namespace files = std::filesystem;

std::optional<struct stat> stat_of(const std::string& path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return info;
}

bool same(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Where the name leads, links followed; the last part need not be there yet, its folder must.
files::path leads_to(const std::string& path) {
  std::error_code failed;
  files::path at = files::absolute(path);
  for (int links = 0; files::is_symlink(at, failed); ++links) {
    if (links == 40) throw Error("cannot write", path, ELOOP);
    at = at.parent_path() / files::read_symlink(at);
  }
  files::path folder = files::canonical(at.parent_path(), failed);
  if (failed) throw Error("cannot write", path, failed.value());
  if (!at.has_filename() || at.filename() == "." || at.filename() == "..") throw Error("is a folder", path, EISDIR);
  return folder / at.filename();
}

// Compares files, not names: a file has several, and a folder may be mounted twice.
void refuse_evidence(const std::string& given, const files::path& target, const std::string& folder) {
  std::optional<struct stat> file = stat_of(target.string());
  for (const extract::Exhibit& exhibit : extract::Case::open(folder, true).exhibits()) {
    auto refuse = [&](const char* what) {
      throw UsageError(
          fmt::format("not written: this {} exhibit {} of the case; name another file", what, exhibit.label), given);
    };
    std::vector<std::string> parts = {exhibit.path};
    for (const extract::EvidencePart& part : exhibit.evidence) parts.push_back(part.path);
    for (const std::string& part : parts) {
      std::optional<struct stat> evidence = stat_of(part);
      if (target == part || (evidence && file && same(*evidence, *file))) refuse("is evidence,");
      if (!evidence || !S_ISDIR(evidence->st_mode)) continue;
      for (files::path up = target.parent_path();; up = up.parent_path()) {
        std::optional<struct stat> around = stat_of(up.string());
        if (around && same(*evidence, *around)) refuse("lies inside evidence,");
        if (up == up.root_path()) break;
      }
    }
  }
}

void refuse_cases(const std::string& given, const files::path& target) {
  for (files::path up = target.parent_path();; up = up.parent_path()) {
    if (extract::Case::is_case(up.string()))
      throw UsageError(fmt::format("not written: this lies inside the case {}; name a file outside of it", up.string()),
                       given);
    if (up == up.root_path()) break;
  }
}

}  // namespace

Output::Output(const std::string& path, const std::vector<std::string>& cases) : wanted_(path), writing_(path) {
  if (path == "-") return;
  if (std::optional<struct stat> there = stat_of(path)) {
    if (S_ISDIR(there->st_mode)) throw UsageError("not written: this is a folder; name a file", path);
    if (S_ISBLK(there->st_mode)) throw UsageError("not written: this is a disk; name a file", path);
    if (!S_ISREG(there->st_mode)) return;
  }
  const files::path target = leads_to(path);
  refuse_cases(path, target);
  for (const std::string& folder : cases)
    if (extract::Case::is_case(folder)) refuse_evidence(path, target, folder);
  wanted_ = target.string();
  writing_ = (target.parent_path() / fmt::format(".{}.XXXXXX", target.filename().string().substr(0, 200))).string();
  Fd made(::mkostemp(writing_.data(), O_CLOEXEC));
  if (!made) throw Error("cannot write", path, errno);
  temporary_ = true;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(made.get(), 0666 & ~mask) != 0) {
    int failed = errno;
    ::unlink(writing_.c_str());
    throw Error("cannot write", path, failed);
  }
}

Output::~Output() {
  if (temporary_) ::unlink(writing_.c_str());
}

void Output::publish() {
  if (!temporary_) return;
  Fd written(::open(writing_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!written || ::fsync(written.get()) != 0) throw Error("cannot write", wanted_, errno);
  weft::publish(writing_, wanted_);
  temporary_ = false;
}

}  // namespace weft::app
