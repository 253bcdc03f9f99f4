# weft_module(NAME [USES module...] [LIBS target...])
# One static library from src/NAME, and beside it, from the same folder:
#   *_test.cpp  -> one GoogleTest program weft_NAME_test, each case a ctest
#   *_bench.cpp -> one Google Benchmark program weft_NAME_bench
# A new file is picked up by itself; nothing else has to be edited.
include(GoogleTest)
function(weft_module name)
  cmake_parse_arguments(arg "" "" "USES;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS src/${name}/*.cpp)
  set(tests ${sources})
  set(benches ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")

  set(target weft_${name})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(kind PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(kind INTERFACE)
  endif()
  target_include_directories(${target} ${kind} ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM arg_USES PREPEND weft_)
  target_link_libraries(${target} ${kind} ${arg_USES} ${arg_LIBS})

  if(tests)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} GTest::gtest GTest::gmock GTest::gtest_main)
    target_compile_definitions(${target}_test PRIVATE WEFT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${target}_test TEST_PREFIX "${name}/" DISCOVERY_TIMEOUT 120
                         PROPERTIES TIMEOUT 600 SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
  endif()
  if(benches)
    add_executable(${target}_bench ${benches})
    target_link_libraries(${target}_bench PRIVATE ${target} benchmark::benchmark benchmark::benchmark_main)
  endif()
endfunction()
