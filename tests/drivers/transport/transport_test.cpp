#include "drivers/transport/transport.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): pseudo-terminals are POSIX
#include <unistd.h>

#include <array>

#include "drivers/transport/wire_link.h"

namespace sunfleck {
namespace {

using namespace std::chrono_literals;

std::vector<std::uint8_t> all_bytes() {
  std::vector<std::uint8_t> bytes(256);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

// Reads until so many bytes came.
std::vector<std::uint8_t> read_all(Transport& transport, std::size_t count) {
  std::vector<std::uint8_t> bytes;
  std::array<std::uint8_t, 64> chunk{};
  while (bytes.size() < count) {
    const auto got = transport.read(chunk, 5000ms);
    EXPECT_TRUE(got) << got.error().text;
    if (!got) break;
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(*got));
  }
  return bytes;
}

TEST(Transport, ResourceStringsSayKindAddressAndSpeed) {
  const auto resource = parse_resource("serial:/dev/ttyACM0?baud=115200");
  ASSERT_TRUE(resource);
  EXPECT_EQ(resource->kind, "serial");
  EXPECT_EQ(resource->address, "/dev/ttyACM0");
  EXPECT_EQ(resource->baud, 115200U);
  EXPECT_EQ(parse_resource("exec:echo a?baud=1")->address, "echo a?baud=1");
  for (const char* bad :
       {"", "serial", "serial:", ":x", "pty:/x?baud=", "pty:/x?baud=-1", "pty:/x?speed=9600",
        "pty:/x?baud=1e99"}) {
    const auto refused = parse_resource(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, Errc::usage) << bad;
  }
  EXPECT_EQ(open_transport("telegraph:1").error().code, Errc::usage);
  EXPECT_EQ(open_transport("serial:/dev/not-a-port").error().code, Errc::io);
}

TEST(Transport, AProgramsInputAndOutputAreALine) {
  auto cat = open_transport("exec:exec cat");
  ASSERT_TRUE(cat) << cat.error().text;
  ASSERT_TRUE((*cat)->write(all_bytes()));
  EXPECT_EQ(read_all(**cat, 256), all_bytes());
  std::array<std::uint8_t, 4> chunk{};
  EXPECT_EQ((*cat)->read(chunk, 1ms).error().code, Errc::timeout);
}

TEST(Transport, AProgramThatEndsIsAnErrorThatNamesIt) {
  auto gone = open_transport("exec:exit 0");
  ASSERT_TRUE(gone);
  std::array<std::uint8_t, 4> chunk{};
  const auto read = (*gone)->read(chunk, 5000ms);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::io);
  EXPECT_NE(read.error().text.find("exec:exit 0: "), std::string::npos);
  EXPECT_FALSE((*gone)->write(all_bytes()));
}

TEST(Transport, APseudoTerminalCarriesEveryByte) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(master, 0);
  ASSERT_EQ(::grantpt(master), 0);
  ASSERT_EQ(::unlockpt(master), 0);
  auto terminal = open_transport(std::string("pty:") + ::ptsname(master));
  ASSERT_TRUE(terminal) << terminal.error().text;
  const auto bytes = all_bytes();
  ASSERT_EQ(::write(master, bytes.data(), bytes.size()), 256);
  EXPECT_EQ(read_all(**terminal, 256), bytes);
  ASSERT_TRUE((*terminal)->write(bytes));
  std::array<std::uint8_t, 512> back{};
  std::size_t got = 0;
  while (got < 256) {
    const ssize_t count = ::read(master, back.data() + got, back.size() - got);
    ASSERT_GT(count, 0);
    got += static_cast<std::size_t>(count);
  }
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), back.begin())) << "nothing is translated";
  ::close(master);
  EXPECT_EQ(open_transport("pty:/dev/null").error().code, Errc::io);
}

TEST(Transport, ALinkGivesNothingAtItsDeadline) {
  WireLink link(*open_transport("exec:exec cat"), 115200);
  EXPECT_NEAR(link.per_byte().si, 10.0 / 115200, 1e-12);
  const RunTime until = link.now() + 5ms;
  const auto nothing = link.receive(until);
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->empty());
  EXPECT_GE(link.now(), until);
  ASSERT_TRUE(link.send(all_bytes()));
  EXPECT_FALSE(link.receive(link.now() + 5s)->empty());
}

}  // namespace
}  // namespace sunfleck
