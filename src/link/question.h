// Questions that the indexes answer by themselves, without linking again: who holds a value, and what two exhibits
// share that does not count towards their link. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "link/gather.h"
#include "link/index.h"
#include "link/rows.h"
#include "pack/database.h"

namespace weft::link {

// A value as an index keeps it, under one kind that may have it.
struct Asked {
  const Kind* kind = nullptr;
  std::string value;
};
// The kinds and spellings under which a value may stand: as typed, in small or capital letters, without the blanks and
// dashes that people put in; of secret kinds the token, if there is a key. Error for a kind that is no selector.
std::vector<Asked> asked(std::string_view value, std::string_view kind, Bytes key);

struct Held {
  std::string kind, value, role;  // value: as shown, masked when secret
  uint64_t occurrences = 0;       // places on the image
  uint64_t times = 0;             // occasions: files, or neighbourhoods in large ones
  Address at;                     // the place that tells most
};
// What of the asked the exhibit holds, in order of kind.
std::vector<Held> held(const Index& index, const std::vector<Asked>& asked);

// Something two exhibits share that is not in the evidence of their link.
struct NotCounted {
  std::string kind, value, reason;
  std::optional<uint64_t> exhibits, background;  // that hold it; known where it is in the ledger
  Address a, b;
};
// In order of reason, kind and value. The link tables are attached to the database; `counted` are the evidence rows of
// the pair, `in_bundles` how many selectors its bundles hold in all.
std::vector<NotCounted> not_counted(pack::Database& database, const Index& a, const Index& b,
                                    const std::vector<EvidenceRow>& counted, uint64_t in_bundles);

}  // namespace weft::link
