// The machine's limit: what any extractor on this machine has to spend on a file, measured without a line of Weft's own
// code. One thread reads the file in 16 MiB blocks, takes SHA-256 of them, and runs Hyperscan over them with twenty
// plain patterns of the kind a forensic scanner looks for. Whatever Weft spends above the sum is what Weft costs.
#include <cstdlib>
#include <fcntl.h>
#include <hs.h>
#include <openssl/evp.h>
#include <unistd.h>
#include <vector>

#include "clock.h"

namespace {

constexpr size_t block = 16u << 20;

constexpr const char* patterns[] = {
    R"([a-z0-9._%+-]{1,64}@[a-z0-9.-]{1,64}\.[a-z]{2,12})",
    R"(https?://[a-z0-9./?&=_-]{4,200})",
    R"(\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b)",
    R"(\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b)",
    R"(\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)",
    R"(\b4\d{3}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b)",
    R"(\b5[1-5]\d{2}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b)",
    R"(\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b)",
    R"(\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b)",
    R"(\bbc1[02-9ac-hj-np-z]{11,71}\b)",
    R"(\b0x[0-9a-fA-F]{40}\b)",
    R"(\bS-1-5-21-\d{1,10}-\d{1,10}-\d{1,10}-\d{1,10}\b)",
    R"(\+\d{1,3}[ -]?\d{2,4}[ -]?\d{3,10}\b)",
    R"(Message-ID: <[^>\n]{3,120}>)",
    R"(ssh-(rsa|ed25519) AAAA[A-Za-z0-9+/=]{40,200})",
    R"(-----BEGIN PGP [A-Z ]{6,30}-----)",
    R"(\x1f\x8b\x08)",
    R"(PK\x03\x04)",
    R"(%PDF-1\.)",
    R"(FlateDecode)",
};
constexpr unsigned count = sizeof patterns / sizeof *patterns;

int on_match(unsigned, unsigned long long, unsigned long long, unsigned, void* context) {
  ++*static_cast<uint64_t*>(context);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: weft_limit FILE\n"), 2;
  int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::perror(argv[1]), 1;

  std::vector<unsigned> flags(count, HS_FLAG_DOTALL | HS_FLAG_CASELESS), ids(count);
  for (unsigned i = 0; i < count; ++i) ids[i] = i;
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_multi(patterns, flags.data(), ids.data(), count, HS_MODE_BLOCK, nullptr, &database, &error) !=
      HS_SUCCESS)
    return std::fprintf(stderr, "weft_limit: %s\n", error->message), 1;
  hs_scratch_t* scratch = nullptr;
  if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return 1;

  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  EVP_DigestInit_ex(digest, EVP_sha256(), nullptr);
  std::vector<char> buffer(block);
  double reading = 0, hashing = 0, scanning = 0;
  uint64_t bytes = 0, matches = 0;
  for (;;) {
    double start = weft::bench::cpu_seconds();
    size_t have = 0;
    while (have < block) {
      ssize_t n = read(fd, buffer.data() + have, block - have);
      if (n < 0) return std::perror(argv[1]), 1;
      if (n == 0) break;
      have += size_t(n);
    }
    if (have == 0) break;
    double after_read = weft::bench::cpu_seconds();
    EVP_DigestUpdate(digest, buffer.data(), have);
    double after_hash = weft::bench::cpu_seconds();
    if (hs_scan(database, buffer.data(), unsigned(have), 0, scratch, on_match, &matches) != HS_SUCCESS) return 1;
    double after_scan = weft::bench::cpu_seconds();
    reading += after_read - start, hashing += after_hash - after_read, scanning += after_scan - after_hash;
    bytes += have;
  }
  weft::bench::print_stage("limit: read", bytes, reading, 0);
  weft::bench::print_stage("limit: SHA-256", bytes, hashing, 0);
  weft::bench::print_stage("limit: Hyperscan, 20 patterns", bytes, scanning, matches);
  weft::bench::print_stage("limit", bytes, reading + hashing + scanning, matches);
  EVP_MD_CTX_free(digest);
  hs_free_scratch(scratch);
  hs_free_database(database);
  close(fd);
}
