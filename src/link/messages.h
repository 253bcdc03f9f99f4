// Where the messages of an exhibit lie, from the lines of their heads, in mailboxes, files and unallocated space alike.
#pragma once

#include <cstdint>
#include <vector>

#include "link/index.h"
#include "pack/database.h"

namespace weft::link {

class Messages {
 public:
  // From the attached pack.
  void read(pack::Database& database);
  // Number in all() of the message that holds this place (file 0: unallocated, position on the image), or no_message.
  uint32_t at(uint32_t file, uint64_t position) const;
  const std::vector<IndexMessage>& all() const { return messages_; }

 private:
  struct Head {
    uint32_t file = 0;
    uint64_t begin = 0;
  };
  std::vector<Head> heads_;  // in order of file and begin
  std::vector<IndexMessage> messages_;
};

}  // namespace weft::link
