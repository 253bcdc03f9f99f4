// Windows registry hives (regf), read where they lie: every key and value knows where its bytes are in the file.
// A Hive looks at the caller's bytes and at nothing else. One thread at a time: it counts what it has read, and gives
// no more keys and values, nor bytes in them, than a hive of this size can hold a few times over, however its lists are
// tied in knots.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace weft::artefacts {

struct HiveValue {
  std::string name;      // empty for the key's default value
  uint64_t name_at = 0;  // in the file
  bool wide = false;     // the name lies there as UTF-16LE, not as Latin-1
  uint32_t type = 0;     // REG_SZ is 1, …
  Bytes data;            // of more than 16,344 bytes the first so many
  uint64_t at = 0;       // of the data in the file

  std::string text() const;  // as UTF-16LE, whatever its type
  uint64_t name_place(size_t index) const { return name_at + index * (wide ? 2 : 1); }
  uint64_t number() const;  // of its first 8 bytes or fewer, little-endian
};

struct HiveKey {
  std::string name;      // of a longer one than Windows allows the first 512 bytes
  uint64_t name_at = 0;  // in the file
  bool wide = false;     // the name lies there as UTF-16LE, not as Latin-1
  std::optional<Time> written;
  uint32_t subkeys = 0, values = 0;  // cells of the lists
  uint32_t count = 0;                // of values, as the key states it
  uint64_t name_place(size_t index) const { return name_at + index * (wide ? 2 : 1); }
};

class Hive {
 public:
  explicit Hive(Bytes file);

  std::optional<HiveKey> root();
  std::vector<HiveKey> subkeys(const HiveKey& key);
  std::vector<HiveValue> values(const HiveKey& key);
  // By names with '\' between them, in any case of ASCII.
  std::optional<HiveKey> find(const HiveKey& from, std::string_view path);
  std::optional<HiveValue> value(const HiveKey& key, std::string_view name);

  bool unclean() const { return unclean_; }      // the system had changes under way, which are in the hive's log
  bool exhausted() const { return left_ == 0; }  // more was asked for than such a hive can hold
  bool damaged() const { return damaged_; }      // some list or record did not read, or no key has such a name

 private:
  Bytes cell(uint32_t offset);
  std::optional<HiveKey> key(uint32_t offset);
  std::optional<HiveValue> read_value(uint32_t offset);
  void spend(size_t bytes);
  void list(uint32_t offset, unsigned depth, std::vector<HiveKey>& out);

  Bytes file_;
  uint32_t root_ = 0;
  uint64_t left_, bytes_left_;  // cells; bytes of names and data
  bool unclean_ = false, damaged_ = false;
};

}  // namespace weft::artefacts
