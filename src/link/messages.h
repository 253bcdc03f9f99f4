// Where the messages of an exhibit lie, from the lines of their heads, in mailboxes, files and unallocated space alike.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "link/index.h"
#include "pack/database.h"

namespace weft::link {

class Messages {
 public:
  static bool is_told_by(std::string_view kind) { return kind == "mail_header" || kind == "message_id"; }
  // A feature of such a kind.
  void add(std::string_view kind, std::string_view value, uint64_t offset, std::string_view path, uint32_t file,
           std::optional<uint64_t> file_offset, std::string_view context);
  // All from the attached pack, and finish().
  void read(pack::Database& database);
  // No more are added; what follows is asked after it.
  void finish();
  // Number in all() of the message that holds this place (file 0: unallocated, position on the image), or no_message.
  uint32_t at(uint32_t file, uint64_t position) const;
  bool none() const { return heads_.empty(); }
  const std::vector<IndexMessage>& all() const { return messages_; }

 private:
  struct Head {
    uint32_t file = 0;
    uint64_t begin = 0;
  };
  struct Line {
    uint32_t file = 0;
    uint64_t position = 0;
    std::string name, value;  // name in lower case
    auto operator<=>(const Line&) const = default;
  };
  struct Said;
  std::vector<Line> lines_;  // until finish()
  std::vector<Head> heads_;  // in order of file and begin
  std::vector<IndexMessage> messages_;
};

}  // namespace weft::link
