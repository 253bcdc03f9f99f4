# DuckDB's C library, as DuckDB::DuckDB: a system one if there is one, else what `./dev` put under .deps/duckdb
# (Debian 12 has no package; the npm registry carries libduckdb.so and duckdb.h).
find_path(DuckDB_INCLUDE_DIR duckdb.h HINTS ${CMAKE_SOURCE_DIR}/.deps/duckdb $ENV{DUCKDB_DIR} PATH_SUFFIXES include)
find_library(DuckDB_LIBRARY duckdb HINTS ${CMAKE_SOURCE_DIR}/.deps/duckdb $ENV{DUCKDB_DIR} PATH_SUFFIXES lib)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Run ./dev deps, or set DUCKDB_DIR to a folder with libduckdb.so and duckdb.h.")
if(DuckDB_FOUND AND NOT TARGET DuckDB::DuckDB)
  add_library(DuckDB::DuckDB SHARED IMPORTED)
  set_target_properties(DuckDB::DuckDB PROPERTIES
    IMPORTED_LOCATION ${DuckDB_LIBRARY} IMPORTED_NO_SONAME TRUE
    INTERFACE_INCLUDE_DIRECTORIES ${DuckDB_INCLUDE_DIR})
endif()
