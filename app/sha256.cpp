#include "app/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace sunfleck::app {
namespace {

EVP_MD_CTX* of(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (!context_ || EVP_DigestInit_ex(of(context_.get()), EVP_sha256(), nullptr) != 1)
    throw std::bad_alloc();
}

void Sha256::Free::operator()(void* context) const { EVP_MD_CTX_free(of(context)); }

void Sha256::add(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(of(context_.get()), bytes.data(), bytes.size());
}

std::string Sha256::hex() {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_DigestFinal_ex(of(context_.get()), digest.data(), &length);
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : std::span(digest).first(length)) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

std::string sha256(std::span<const std::uint8_t> bytes) {
  Sha256 hash;
  hash.add(std::as_bytes(bytes));
  return hash.hex();
}

}  // namespace sunfleck::app
