#include "profiles/ppk2_session.h"

#include <zip.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "profiles/isolated_reader.h"
#include "profiles/ppk2_csv.h"

namespace sunfleck {
namespace {

constexpr std::size_t sample_bytes = 6;
constexpr std::size_t samples_at_once = 65'536;

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using Member = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

Result<Archive> open_archive(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* const archive =
      source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive != nullptr) return Archive(archive, &zip_discard);
  return fail(
      Errc::invalid_argument, "the zip archive cannot be opened: ", zip_error_strerror(&error));
}

Result<Member> open_member(zip_t* archive, const char* name) {
  Member member(zip_fopen(archive, name, 0), &zip_fclose);
  if (member) return member;
  return fail(
      Errc::invalid_argument, "a zip archive with '", name,
      "' was wanted, as the PPK2's app has it: ", zip_strerror(archive));
}

// As much as there is of `count` bytes.
Result<std::size_t> read_member(zip_file_t* member, char* into, std::size_t count) {
  std::size_t have = 0;
  while (have < count) {
    const zip_int64_t got = zip_fread(member, into + have, count - have);
    if (got < 0) return fail(Errc::io, "the zip archive is damaged: ", zip_file_strerror(member));
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

Result<RunTime> period_in(zip_t* archive) {
  constexpr std::size_t longest = std::size_t{1} << 20;
  const Member member = TRY(open_member(archive, "metadata.json"));
  std::string text(longest, '\0');
  text.resize(TRY(read_member(member.get(), text.data(), text.size())));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto rate_in = [](const nlohmann::json& object) {
    const auto rate = object.is_object() ? object.find("samplesPerSecond") : object.end();
    return rate != object.end() && rate->is_number() ? rate->get<double>() : 0.0;
  };
  const auto inner = json.is_object() ? json.find("metadata") : json.end();
  const double rate = inner == json.end() ? 0.0 : rate_in(*inner);
  if (rate >= 1e-3 && rate <= 1e8) return to_run_time({1.0 / rate});
  return fail(
      Errc::invalid_argument,
      "metadata.json has no metadata.samplesPerSecond of 0.001 to 1e8: got ", rate);
}

Result<zip_uint64_t> sample_count_in(zip_t* archive) {
  zip_stat_t status;
  if (zip_stat(archive, "session.raw", 0, &status) != 0 || (status.valid & ZIP_STAT_SIZE) == 0)
    return fail(Errc::invalid_argument, "there is no session.raw of a known size");
  return status.size / sample_bytes;
}

Status send_samples(zip_file_t* member, RunTime period, float voltage, ProfileSink& sink) {
  std::vector<char> raw(samples_at_once * sample_bytes);
  std::vector<float> samples;
  for (std::int64_t first = 0;; first += samples_at_once) {
    const std::size_t got = TRY(read_member(member, raw.data(), raw.size()));
    samples.clear();
    for (std::size_t at = 0; at + sample_bytes <= got; at += sample_bytes) {
      float current = 0.0F;  // microamperes
      std::memcpy(&current, raw.data() + at, sizeof current);
      const bool is_lost = !(std::abs(current) < 1e12F);
      samples.push_back(is_lost ? 0.0F : voltage);
      samples.push_back(is_lost ? 0.0F : static_cast<float>(std::max(0.0, 1e-6 * current)));
    }
    if (!samples.empty()) sink.add(first * period, samples);
    if (got < raw.size()) return ok;
  }
}

Status read_session(std::string_view bytes, Volts voltage, ProfileSink& sink) {
  const Archive archive = TRY(open_archive(bytes));
  const RunTime period = TRY(period_in(archive.get()));
  const Member member = TRY(open_member(archive.get(), "session.raw"));
  const zip_uint64_t count = TRY(sample_count_in(archive.get()));
  if (count == 0) return fail(Errc::invalid_argument, "session.raw has no samples");
  constexpr zip_uint64_t most = zip_uint64_t{1} << 40;  // 127 days at 100 kHz
  if (count > most) return fail(Errc::invalid_argument, "session.raw claims ", count, " samples");
  sink.begin(
      {.name = {},
       .origin = join(
           "PPK2 recording of the current of a load, ", count, " samples at ", to_seconds(period),
           "; the supply of ", voltage,
           " was stated by the user, currents below 0 are 0, lost samples are outages"),
       .format = {.kind = HarvestKind::operating_point, .resistance = {}, .period = period},
       .duration = static_cast<std::int64_t>(count) * period});
  return send_samples(member.get(), period, static_cast<float>(voltage.si), sink);
}

}  // namespace

bool is_zip(std::string_view head) { return head.starts_with("PK\x03\x04"); }

Result<OpenProfile> open_ppk2_session(const ProfileFile& file, const ImportOptions& options) {
  TRY(check_voltage(file.where(), options));
  return open_isolated(
      file, "zip",
      [voltage = *options.voltage](const ProfileFile& opened, ProfileSink& sink) -> Status {
        const Status status = read_session(opened.bytes(), voltage, sink);
        if (status) return ok;
        return fail(status.error().code, opened.where(), ": ", status.error().text);
      });
}

}  // namespace sunfleck
