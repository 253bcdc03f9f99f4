// A head is a run of header lines near each other in which none of the fields that a message has once comes again. A
// message reaches from its head to the next one in the same file; in unallocated space, where files end unseen, not
// further than a stretch. What came out of decoders is left out: its lines have no places of their own.
#include "link/messages.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/text.h"

namespace weft::link {
namespace {

constexpr uint64_t head_gap = 2048;              // between two lines of one head: Received and DKIM lines lie between
constexpr uint64_t longest_remnant = 64 * 1024;  // of a message in unallocated space

std::string between(const std::string& text, char from, char to) {
  size_t begin = text.rfind(from), end = text.find(to, begin == std::string::npos ? 0 : begin);
  return begin == std::string::npos || end == std::string::npos ? text : text.substr(begin + 1, end - begin - 1);
}

}  // namespace

// What one head says of its message.
struct Messages::Said {
  std::string id, sender, list;
  bool mass = false, from = false, date = false, subject = false;

  // False when the line begins another head.
  bool add(const Line& line) {
    bool* once = line.name == "from"      ? &from
                 : line.name == "date"    ? &date
                 : line.name == "subject" ? &subject
                                          : nullptr;
    if ((once && *once) || (line.name == "message-id" && !id.empty())) return false;
    if (once) *once = true;
    if (line.name == "message-id") id = line.value;
    if (line.name == "from") sender = lower_ascii(between(line.value, '<', '>'));
    if (line.name == "list-id") list = lower_ascii(between(line.value, '<', '>'));
    std::string low = lower_ascii(line.value);
    mass |= line.name == "list-unsubscribe" ||
            (line.name == "precedence" && (low == "bulk" || low == "list" || low == "junk"));
    return true;
  }
  IndexMessage row() const {
    IndexMessage out;
    if (!id.empty()) out.id = index_hash("message_id", id);
    // A firm writes from several addresses of its own: its domain is the sender.
    size_t at = sender.find('@');
    if (at != std::string::npos) out.sender = index_hash("email", role_address(sender) ? sender.substr(at) : sender);
    if (!list.empty())
      out.list = index_hash("list", list);
    else if (mass || role_address(sender))  // a mailing without a name is known by who sends it
      out.list = index_hash("list", sender.substr(sender.find('@') + 1));
    return out;
  }
};

void Messages::add(std::string_view kind, std::string_view value, uint64_t offset, std::string_view path, uint32_t file,
                   std::optional<uint64_t> file_offset, std::string_view context) {
  if (path.find('-') != std::string_view::npos) return;
  Line line;
  line.file = file, line.position = file_offset.value_or(offset);
  if (kind == "message_id") {
    // Only the line that names the message; References and In-Reply-To name others.
    if (lower_ascii(context).find("message-id") == std::string::npos) return;
    line.name = "message-id", line.value = value;
  } else {
    const size_t colon = value.find(": ");
    if (colon == std::string_view::npos) return;
    line.name = lower_ascii(value.substr(0, colon)), line.value = value.substr(colon + 2);
  }
  lines_.push_back(std::move(line));
}

void Messages::read(pack::Database& database) {
  database.scan(
      R"(SELECT kind, value, "offset", path, file_id, file_offset, context FROM feature WHERE kind IN ('mail_header', 'message_id'))",
      [&](const pack::Database::Batch& batch) {
        for (size_t r = 0; r < batch.rows(); ++r)
          add(batch.text(0, r), batch.text(1, r), batch.number(2, r), batch.text(3, r), uint32_t(batch.number(4, r)),
              batch.is_null(5, r) ? std::nullopt : std::optional(batch.number(5, r)), batch.text(6, r));
      });
  finish();
}

void Messages::finish() {
  heads_.clear(), messages_.clear();
  std::sort(lines_.begin(), lines_.end());
  const std::vector<Line> lines = std::exchange(lines_, {});
  for (size_t i = 0; i < lines.size();) {
    Said said;
    Head head{lines[i].file, lines[i].position};
    size_t last = i;
    for (; i < lines.size() && lines[i].file == head.file && lines[i].position - lines[last].position <= head_gap;
         last = i++)
      if (!said.add(lines[i])) break;
    heads_.push_back(head);
    messages_.push_back(said.row());
  }
}

uint32_t Messages::at(uint32_t file, uint64_t position) const {
  auto it = std::upper_bound(heads_.begin(), heads_.end(), std::pair(file, position),
                             [](const auto& key, const Head& head) { return key < std::pair(head.file, head.begin); });
  bool first_of_file = it == heads_.begin() || std::prev(it)->file != file;
  // A line above the first known one of a head (Return-Path, Received) still belongs to the message below.
  constexpr uint64_t above = 512;
  if (first_of_file)
    return it != heads_.end() && it->file == file && it->begin - position <= above ? uint32_t(it - heads_.begin())
                                                                                   : no_message;
  --it;
  if (file == 0 && position - it->begin > longest_remnant) return no_message;
  return uint32_t(it - heads_.begin());
}

}  // namespace weft::link
