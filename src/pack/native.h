// DuckDB's own handles, for the files of src/pack only.
#pragma once

#include <duckdb.h>
#include <string>

#include "base/file.h"
#include "pack/database.h"

namespace weft::pack {

struct Database::Native {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  bool streaming = false;  // each() is under way: a second query on the connection would cut it short
  uint64_t streams = 0;    // made for write_parquet_rows() so far
  std::string spill;       // our own folder under `temporary`, removed with us
  Fd lock;                 // held on spill's lock file as long as we live

  Native() = default;
  Native(const Native&) = delete;
  Native& operator=(const Native&) = delete;
  ~Native();
};

// DuckDB's result, freed with it.
struct Result {
  duckdb_result it{};
  Result() = default;
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  ~Result() { duckdb_destroy_result(&it); }
};

}  // namespace weft::pack
