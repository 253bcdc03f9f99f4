#include "extract/case.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/time.h"
#include "extract/recognise.h"

namespace weft::extract {
namespace {

namespace files = std::filesystem;
using nlohmann::json;

std::string last_line(const std::string& text) {
  size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return {};
  size_t begin = text.rfind('\n', end);
  begin = begin == std::string::npos ? 0 : begin + 1;
  return text.substr(begin, end + 1 - begin);
}

json parse_file(const std::string& path) {
  json out = json::parse(read_file(path), nullptr, false);
  if (out.is_discarded()) throw Error("is not valid JSON: damaged or edited by hand", path);
  return out;
}

// "nps-2010-emails.E01" -> "nps-2010-emails", "disk.img.001" -> "disk"; what is left is made a plain file name.
std::string label_from(const std::string& path) {
  static const char* const endings[] = {".e01",  ".ex01", ".raw",  ".dd",    ".img",  ".bin",  ".iso",
                                        ".vmdk", ".vhd",  ".vhdx", ".qcow2", ".qcow", ".zip",  ".tar",
                                        ".tgz",  ".gz",   ".xz",   ".bz2",   ".zst",  ".aff4", ".dmg"};
  std::string name = files::path(path).filename().string();
  for (bool again = true; again;) {
    again = false;
    std::string lower = lower_ascii(name);
    size_t dot = lower.rfind('.');
    if (dot == std::string::npos || dot == 0) break;
    std::string ending = lower.substr(dot);
    bool part = ending.size() == 4 && is_digit(ending[1]) && is_digit(ending[2]) && is_digit(ending[3]);
    bool letters = ending == ".aa" || ending == ".aaa";
    if (part || letters || std::find(std::begin(endings), std::end(endings), ending) != std::end(endings)) {
      name.resize(dot);
      again = true;
    }
  }
  std::string label;
  for (char c : name) label += is_alnum(c) || c == '-' || c == '_' || c == '.' ? c : '_';
  while (!label.empty() && label[0] == '.') label.erase(0, 1);
  return label.empty() ? "exhibit" : label;
}

void check_label(const std::string& label) {
  bool good = !label.empty() && label.size() <= 100 && label[0] != '.';
  for (char c : label) good = good && (is_alnum(c) || c == '-' || c == '_' || c == '.');
  if (!good) throw Error("a label is 1 to 100 letters, digits, '-', '_' or '.', and does not start with '.'", label);
}

constexpr const char* sub_folders[] = {"exhibits", "work", "packs", "tokens", "links", "report"};

// An empty folder, or one in which an earlier `new` was cut short.
void check_usable(const std::string& folder) {
  if (!files::is_directory(folder)) throw Error("is not a folder, so no case can be made there", folder);
  for (const auto& entry : files::directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    bool ours = name == "lock" || name == "key" || name == "key.tmp" || name == "log.jsonl" || name == "access.jsonl" ||
                name == "case.json.tmp";
    for (const char* sub : sub_folders) ours = ours || name == sub;
    if (!ours) throw Error("is not an empty folder, so no case can be made there", folder);
  }
}

}  // namespace

std::string actor() {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  const passwd* user = ::getpwuid(::getuid());
  return std::string(user ? user->pw_name : std::to_string(::getuid())) + "@" + host;
}

bool Case::is_case(const std::string& folder) {
  return exists(folder + "/case.json");
}

Case Case::create(const std::string& folder, const std::string& name) {
  std::error_code failed;
  if (is_case(folder)) throw Error("is a case already", folder);
  if (files::exists(folder, failed)) check_usable(folder);
  for (const char* sub : sub_folders)
    if (files::create_directories(folder + "/" + sub, failed); failed)
      throw Error("cannot make folder", folder + "/" + sub, failed.value());
  Case made;
  made.folder_ = files::canonical(folder).string();
  made.name_ = name.empty() ? files::path(made.folder_).filename().string() : name;
  made.take_lock();
  if (!exists(made.folder_ + "/key")) write_file(made.folder_ + "/key", as_text(random_bytes(32)), 0600);
  json facts = {{"format", 1},
                {"name", made.name_},
                {"created_at", to_text(now())},
                {"created_by", actor()},
                {"version", WEFT_VERSION}};
  made.access_log().append("new", json::object(), "");  // before the custody log's first line, which names it
  made.log("new", {{"name", made.name_}, {"version", WEFT_VERSION}});
  write_file(made.folder_ + "/case.json", facts.dump(2) + "\n");  // last: now it is a case
  return made;
}

Case Case::open(const std::string& folder, bool read_only) {
  if (!is_case(folder)) throw Error("is not a case (it has no case.json); make one with: weft new " + folder, folder);
  Case opened;
  opened.folder_ = files::canonical(folder).string();
  opened.read_only_ = read_only;
  json facts = parse_file(opened.folder_ + "/case.json");
  if (facts.value("format", 0) != 1) throw Error("was made by another version of Weft and cannot be opened", folder);
  opened.name_ = facts.value("name", "");
  if (!read_only)
    opened.take_lock();
  else if (::access((opened.folder_ + "/work").c_str(), W_OK) != 0)
    opened.scratch_.emplace();
  return opened;
}

void Case::take_lock() {
  std::string path = folder_ + "/lock";
  // Inherited by workers on purpose: as long as one of them lives, nobody else may work on the case.
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT, 0644));
  if (!fd) throw Error("cannot open", path, errno);
  // A run that was killed leaves workers that the system ends a moment later; they hold the lock until then.
  for (int tries = 0; ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw Error("cannot lock", path, errno);
    if (tries == 5)
      throw CaseInUse("the case is in use by another run (" + last_line(read_file(path)) + "): " + folder_);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  std::string who = "process " + std::to_string(::getpid()) + " of " + actor() + " since " + to_text(now()) + "\n";
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), who.data(), who.size(), 0) < 0)
    throw Error("cannot write", path, errno);
  lock_ = std::move(fd);
  // What killed runs left behind.
  std::error_code failed;
  for (const auto& entry : files::directory_iterator(folder_ + "/work/.tmp", failed))
    if (std::string pid = entry.path().filename().string(); !exists("/proc/" + pid))
      files::remove_all(entry.path(), failed);
}

std::string Case::temporary() const {
  if (scratch_) return scratch_->path();
  std::string path = folder_ + "/work/.tmp/" + std::to_string(::getpid());
  files::create_directories(path);
  return path;
}

std::vector<uint8_t> Case::key() const {
  std::string text = read_file(folder_ + "/key");
  return {text.begin(), text.end()};
}

EvidencePart evidence_part(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {path, 0, {}};
  return {path, uint64_t(info.st_size), from_seconds(info.st_mtim.tv_sec, uint32_t(info.st_mtim.tv_nsec))};
}

Exhibit Case::read_exhibit(const std::string& json_path) {
  json in = parse_file(json_path);
  Exhibit out;
  auto text = [&](const char* name) { return in.value(name, std::string()); };
  out.label = text("label"), out.path = text("path"), out.format = text("format");
  out.as_raw = in.value("as_raw", false);
  out.custodian = text("custodian"), out.received_by = text("received_by"), out.received_at = text("received_at");
  out.received_from = text("received_from"), out.place = text("place"), out.note = text("note");
  out.added_at = text("added_at"), out.added_by = text("added_by");
  for (const json& part : in.value("evidence", json::array()))
    out.evidence.push_back(
        {part.value("path", ""), part.value("size", uint64_t(0)), from_text(part.value("modified", ""))});
  return out;
}

std::vector<Exhibit> Case::exhibits() const {
  std::vector<Exhibit> out;
  for (const auto& entry : files::directory_iterator(folder_ + "/exhibits"))
    if (entry.path().extension() == ".json") out.push_back(read_exhibit(entry.path().string()));
  std::sort(out.begin(), out.end(), [](const Exhibit& a, const Exhibit& b) { return a.label < b.label; });
  return out;
}

std::optional<Exhibit> Case::exhibit(const std::string& label) const {
  if (label.find('/') != std::string::npos || !exists(exhibit_file(label))) return std::nullopt;
  return read_exhibit(exhibit_file(label));
}

std::vector<std::string> Case::sealed_packs() const {
  std::vector<std::string> out;
  for (const Exhibit& exhibit : exhibits())
    if (sealed(exhibit.label)) out.push_back(pack(exhibit.label));
  return out;
}

Exhibit Case::add(const std::string& path, Exhibit facts) {
  if (!is_utf8(path))
    throw Error("the name of the evidence is not UTF-8; give it through a link or a mount with a plain name",
                printable(path));
  image::Recognised seen = extract::recognise(path, facts.reading());
  std::string whole = files::canonical(path).string();
  std::string first = seen.parts.empty() ? whole : files::canonical(seen.parts.front()).string();
  std::vector<Exhibit> known = exhibits();
  for (const Exhibit& other : known)
    if (other.path == first) {
      if (other.as_raw != facts.as_raw)
        throw Error("was taken in before, as " + other.format + ": take it in otherwise in a case of its own", path);
      if (!facts.label.empty() && facts.label != other.label)
        throw Error("was taken in before, with the label " + other.label + ", which does not change", path);
      return other;
    }
  if ((folder_ + "/").rfind(whole + "/", 0) == 0)
    throw Error("the case lies inside this evidence folder, so working on it would change the evidence", path);

  auto taken = [&](const std::string& label) {
    return std::any_of(known.begin(), known.end(),
                       [&](const Exhibit& e) { return lower_ascii(e.label) == lower_ascii(label); });
  };
  if (facts.label.empty()) {
    std::string base = label_from(first);
    facts.label = base;
    for (int n = 2; taken(facts.label); ++n) facts.label = base + "-" + std::to_string(n);
  }
  check_label(facts.label);
  if (taken(facts.label)) throw Error("another exhibit has this label", facts.label);

  facts.path = first;
  facts.format = seen.format;
  facts.evidence.clear();
  uint64_t size = 0;
  std::optional<Time> modified;
  for (const std::string& part : seen.parts) {
    facts.evidence.push_back(evidence_part(part));
    size += facts.evidence.back().size;
    modified = std::max(modified, facts.evidence.back().modified);
  }
  facts.added_at = to_text(now());
  facts.added_by = actor();
  std::map<std::string, std::string> detail = {
      {"exhibit", facts.label},
      {"path", facts.path},
      {"format", facts.format},
      {"read_as", facts.as_raw ? "raw, as the examiner says" : "its content says"},
      {"parts", std::to_string(facts.evidence.size())},
      {"size", std::to_string(size)},
      {"modified", modified ? to_text(*modified) : ""}};
  for (const CustodyFact& fact : custody_facts) detail[fact.name] = facts.*fact.value;
  detail["sha256 of record"] = write_exhibit(facts);
  log("add", detail);
  return facts;
}

bool Case::amend(const std::string& label, const Exhibit& facts) {
  Exhibit known = read_exhibit(exhibit_file(label));
  std::map<std::string, std::string> detail;
  for (const CustodyFact& fact : custody_facts) {
    const std::string& value = facts.*fact.value;
    if (value.empty() || value == known.*fact.value) continue;
    detail[fact.name] = value;
    detail[std::string(fact.name) + " before"] = std::exchange(known.*fact.value, value);
  }
  if (detail.empty()) return false;
  detail["exhibit"] = label;
  detail["sha256 of record"] = write_exhibit(known);
  log("amend", detail);
  return true;
}

std::string Case::write_exhibit(const Exhibit& exhibit) {
  json evidence = json::array();
  for (const EvidencePart& part : exhibit.evidence) {
    evidence.push_back({{"path", part.path}, {"size", part.size}});
    if (part.modified) evidence.back()["modified"] = to_text(*part.modified);
  }
  json out = {{"label", exhibit.label},      {"path", exhibit.path}, {"format", exhibit.format},
              {"as_raw", exhibit.as_raw},    {"evidence", evidence}, {"added_at", exhibit.added_at},
              {"added_by", exhibit.added_by}};
  for (const CustodyFact& fact : custody_facts) out[fact.name] = exhibit.*fact.value;
  const std::string text = out.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  write_file(exhibit_file(exhibit.label), text);
  return sha256_hex(as_bytes(text));
}

void Case::set_scope(const std::string& rules) {
  check(!read_only_, "a case that is only read keeps its scope");
  std::string file = folder_ + "/scope";
  if (!rules.empty()) return write_file(file, rules);
  std::error_code gone;
  std::filesystem::remove(file, gone);
}

void Case::log(const std::string& action, const std::map<std::string, std::string>& detail) {
  check(!read_only_, "a case that is only read is not changed, so there is nothing to log");
  custody_log().append(action, detail, access_log().last_hash());
}

uint64_t Case::log_access(const std::string& action, const json& detail) const {
  return access_log().append(action, detail, custody_log().last_hash());
}

Case::CheckedLogs Case::check_logs() const {
  // Each log is read before the one that its lines name: both may grow meanwhile.
  CheckedLogs out{custody_log().check(), access_log().check()};
  if (!out.custody.there) out.custody.wrong.push_back("log.jsonl is missing");
  custody_log().check_beside(out.custody, access_log(), out.access);
  access_log().check_beside(out.access, custody_log(), custody_log().check());
  return out;
}

}  // namespace weft::extract
