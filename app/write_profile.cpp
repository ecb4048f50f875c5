#include "app/write_profile.h"

#include <algorithm>
#include <fstream>

#include "app/files.h"
#include "app/profile_spec.h"
#include "profiles/exporters.h"
#include "profiles/formats.h"
#include "profiles/whole_file.h"

namespace sunfleck::app {
namespace {

constexpr const char* own_format = "sunfleck";

// What was played of a source since it was rewound.
struct Played {
  std::uint64_t samples = 0;
  RunTime end{};
};

class WatchedSource final : public HarvestSource {
 public:
  using OnBlock = std::function<Status(const Played& played)>;
  WatchedSource(std::unique_ptr<HarvestSource> source, OnBlock on_block)
      : source_(std::move(source)), on_block_(std::move(on_block)) {}

  HarvestFormat format() const override { return source_->format(); }
  Result<HarvestBlock> next() override {
    const HarvestBlock block = TRY(source_->next());
    const HarvestFormat format = source_->format();
    const std::size_t count = block.samples.size() / sample_width(format);
    if (count > 0)
      played_ = {
          .samples = played_.samples + count,
          .end = block.first + static_cast<std::int64_t>(count) * format.period};
    TRY(on_block_(played_));
    return block;
  }
  Status rewind() override {
    played_ = {};
    return source_->rewind();
  }

 private:
  std::unique_ptr<HarvestSource> source_;
  OnBlock on_block_;
  Played played_;
};

Result<std::string> write_own(const OpenProfile& profile, const std::filesystem::path& path) {
  WholeFile whole(path);
  std::ofstream file(whole.beside(), std::ios::binary | std::ios::trunc);
  TRY(write_csv(
      *profile.source, profile.name, profile.origin, [&](std::string_view text) -> Status {
        if (file.write(text.data(), static_cast<std::streamsize>(text.size()))) return ok;
        return fail(Errc::io, path.string(), ": cannot be written");
      }));
  file.close();
  if (!file) return fail(Errc::io, path.string(), ": cannot be written");
  TRY(whole.keep());
  return std::string();
}

Result<std::string> write_as(
    const OpenProfile& profile, const std::filesystem::path& path, const std::string& format) {
  if (format == own_format) return write_own(profile, path);
  const auto known = exporters();
  const auto found = std::ranges::find(known, format, &Exporter::name);
  if (found != known.end()) return found->write(profile, path);
  return fail(Errc::usage, "no format that is written is called '", format, "'");
}

}  // namespace

OpenProfile watched(OpenProfile profile, PlayProgress progress) {
  profile.source = std::make_unique<WatchedSource>(
      std::move(profile.source),
      [progress = std::move(progress), of = profile.duration](const Played& played) {
        return progress(played.end, of);
      });
  return profile;
}

std::vector<std::string> written_formats() {
  std::vector<std::string> names{own_format};
  for (const Exporter& exporter : exporters())
    names.emplace_back(exporter.name);
  return names;
}

Result<std::string> format_of(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  if (name.ends_with(".ppk2.csv")) return std::string("ppk2");
  if (name.ends_with(".csv")) return std::string(own_format);
  for (const Exporter& exporter : exporters())
    if (name.ends_with(exporter.suffix)) return std::string(exporter.name);
  return fail(
      Errc::usage, path.string(),
      ": a name that ends in .csv, .ppk2.csv or .h5 was wanted, or a format by --to");
}

Result<WrittenProfile> write_profile(
    OpenProfile profile, const std::filesystem::path& path, const std::string& format,
    bool overwrite, const PlayProgress& progress) {
  std::error_code ignored;
  if (!overwrite && std::filesystem::exists(path, ignored))
    return fail(Errc::usage, path.string(), ": there is such a file; --force overwrites it");
  Played all;
  profile.source = std::make_unique<WatchedSource>(
      std::move(profile.source), [&, of = profile.duration](const Played& played) {
        all = played;
        return progress(played.end, of);
      });
  const std::string lost = TRY(write_as(profile, path, format));
  return WrittenProfile{
      .name = profile.name,
      .origin = profile.origin,
      .format = profile.source->format(),
      .path = path,
      .samples = all.samples,
      .duration = all.end,
      .lost = lost};
}

Result<WrittenProfile> keep_profile(
    OpenProfile profile, const std::string& name, bool overwrite, const PlayProgress& progress) {
  TRY(check_profile_name(name));
  TRY(make_folder(profile_folder()));
  profile.name = name;
  return write_profile(std::move(profile), kept_file(name), own_format, overwrite, progress);
}

}  // namespace sunfleck::app
