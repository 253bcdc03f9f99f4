// Records: hands a file to the parsers that know it (src/artefacts), and turns what they give into rows of the pack.
// Private to src/extract. Each parser on each file is an item of its own ("file 12 parser mail"): one that crashes,
// hangs or eats memory costs that parser on that file.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "artefacts/dispatch.h"
#include "extract/job.h"
#include "extract/layout.h"
#include "model/byte_source.h"

namespace weft::extract {

// One thread each.
class RecordReader {
 public:
  // What all threads share.
  struct Shared {
    // A file that a parser of another one may ask for, and where it lies.
    struct Sibling {
      FileRow file;
      Layout layout;
    };
    // Looks through all walked files; chunks: how many walk units there are.
    Shared(const Job& job, uint64_t chunks);

    // By volume and path in lower case; several: same path in other case, or deleted ones. In order of file id.
    std::map<std::pair<uint64_t, std::string>, std::vector<Sibling>> siblings;
    std::mutex large;  // held while a large file is in memory, so that memory does not grow with the threads
  };
  using Open = std::function<std::unique_ptr<ByteSource>(const FileRow& file, const Layout& layout)>;

  RecordReader(const Job& job, SlotWatch& watch, Shared& shared, Open open)
      : job_(job), watch_(watch), shared_(shared), open_(std::move(open)) {}

  // The file has its hashes and its type. Faults of reading were reported while hashing.
  void read(const FileRow& file, ByteSource& source, const Layout& layout,
            const std::vector<const artefacts::Parser*>& parsers, pack::UnitRows& rows);

 private:
  std::vector<uint8_t> content(const FileRow& file, ByteSource& source) const;
  std::optional<std::vector<uint8_t>> sibling(const FileRow& file, std::string_view suffix) const;
  void parse(const artefacts::Parser& parser, const artefacts::File& input, const FileRow& file, const Layout& layout,
             pack::UnitRows& rows);
  void keep(const artefacts::Parser& parser, artefacts::Rows& given, const FileRow& file, const Layout& layout,
            pack::UnitRows& rows);
  void problem(const FileRow& file, const Layout& layout, const artefacts::At& at, std::string what,
               pack::UnitRows& rows);

  const Job& job_;
  SlotWatch& watch_;
  Shared& shared_;
  Open open_;
};

}  // namespace weft::extract
