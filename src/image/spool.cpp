// The index is text, one line for each entry and fault, fields parted by tabs. Paths and messages are printable, so
// they hold neither tabs nor newlines. The last line is a SHA-256 of all before it: a damaged index is no index.
//
//   weft spool 1 <mark>
//   size <bytes>
//   entry <kind> <size> <start> <modified> <accessed> <changed> <created> <path> <target>     "-" for none
//   fault <what>
//   end <sha256>

#include "image/spool.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"

namespace weft::image {
namespace {

std::string index_of(const std::string& path) {
  return path + ".index";
}
std::string first_line(const std::string& mark) {
  return "weft spool 1\t" + mark;
}

std::string text_of(const std::optional<Time>& time) {
  return time ? std::to_string(time->nanoseconds) : "-";
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> out;
  for (;;) {
    const size_t tab = line.find('\t');
    out.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return out;
    line.remove_prefix(tab + 1);
  }
}

template <class Number>
Number number_of(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<Time> time_of(std::string_view text) {
  if (text == "-") return std::nullopt;
  return Time{number_of<int64_t>(text)};
}

void read_line(std::string_view line, Spool& out) {
  const auto fields = fields_of(line);
  if (fields[0] == "size" && fields.size() == 2) out.size = number_of<uint64_t>(fields[1]);
  if (fields[0] == "fault" && fields.size() == 2) out.faults.push_back({0, 0, std::string(fields[1])});
  if (fields[0] != "entry" || fields.size() != 11) return;
  LogicalEntry entry;
  entry.path = fields[8];
  entry.kind = fields[1];
  entry.size = number_of<uint64_t>(fields[2]);
  entry.modified = time_of(fields[4]);
  entry.accessed = time_of(fields[5]);
  entry.changed = time_of(fields[6]);
  entry.created = time_of(fields[7]);
  if (fields[9] == "=") entry.target = std::string(fields[10]);
  out.entries.push_back(std::move(entry));
  out.starts.push_back(number_of<uint64_t>(fields[3]));
}

}  // namespace

std::optional<Spool> load_spool(const std::string& path, const std::string& mark) {
  if (!exists(index_of(path))) return std::nullopt;
  const std::string text = read_file(index_of(path));
  const size_t last = text.rfind("end\t");
  if (last == std::string::npos || text.substr(last) != "end\t" + sha256_hex(as_bytes(text.substr(0, last))) + "\n") {
    return std::nullopt;
  }
  std::string_view rest(text.data(), last);
  const auto take_line = [&] {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
  };
  if (take_line() != first_line(mark)) return std::nullopt;
  Spool spool;
  while (!rest.empty()) read_line(take_line(), spool);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || uint64_t(status.st_size) != spool.size) return std::nullopt;
  return spool;
}

void save_spool(const std::string& path, const std::string& mark, const Spool& spool) {
  std::string text = first_line(mark) + fmt::format("\nsize\t{}\n", spool.size);
  for (size_t i = 0; i < spool.entries.size(); i++) {
    const LogicalEntry& it = spool.entries[i];
    text += fmt::format("entry\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", it.kind, it.size, spool.starts[i],
                        text_of(it.modified), text_of(it.accessed), text_of(it.changed), text_of(it.created), it.path,
                        it.target ? "=" : "-", it.target.value_or(""));
  }
  for (const Fault& fault : spool.faults) text += "fault\t" + fault.what + "\n";
  text += "end\t" + sha256_hex(as_bytes(text)) + "\n";
  write_file(index_of(path), text);
}

void discard_spool(const std::string& path) {
  if (::unlink(index_of(path).c_str()) != 0 && errno != ENOENT) {
    throw Error("cannot remove the index of an old unpacked archive", index_of(path), errno);
  }
}

}  // namespace weft::image
