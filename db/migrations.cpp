#include "db/migrations.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace sunfleck::db {
namespace {

// Row n takes a store from version n to n + 1. Only ever append: a released row never changes.
// SQLite keeps the comments, so that every store explains itself.
constexpr std::array steps{
    R"sql(
CREATE TABLE run (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used a second time
  name               TEXT NOT NULL,
  status             TEXT NOT NULL CHECK (status IN
                       ('running', 'finished', 'cancelled', 'failed', 'interrupted')),
  end_reason         TEXT,              -- why it ended; NULL unless finished or cancelled
  error              TEXT,              -- why it failed or was interrupted
  plan               TEXT NOT NULL,     -- JSON: the command's settings as they were played
  seed               INTEGER NOT NULL,  -- 64 bits, two's complement
  program_version    TEXT NOT NULL,
  firmware_sha256    TEXT NOT NULL,
  network_sha256     TEXT NOT NULL,     -- of the network image
  profile_sha256     TEXT NOT NULL,
  inputs_sha256      TEXT NOT NULL,
  network            TEXT NOT NULL,
  profile            TEXT NOT NULL,
  rig                TEXT NOT NULL,
  started_at         INTEGER NOT NULL,  -- microseconds since 1970, UTC
  committed_at       INTEGER NOT NULL,  -- the same, of the last write
  writer_process     INTEGER NOT NULL,  -- process id of the program that writes, or wrote, the run
  writer_started     TEXT NOT NULL,     -- that process's start: boot id and clock ticks since boot
  duration_ns        INTEGER NOT NULL DEFAULT 0,
  inferences         INTEGER NOT NULL DEFAULT 0,  -- complete, different results
  power_cycles       INTEGER NOT NULL DEFAULT 0,  -- times that the rail came on
  profile_passes     INTEGER NOT NULL DEFAULT 0,
  correct            INTEGER,           -- outputs equal to the expected ones; NULL: none expected
  contradicting      INTEGER NOT NULL DEFAULT 0,  -- results sent again with other bytes
  records_decoded    INTEGER NOT NULL DEFAULT 0,
  records_damaged    INTEGER NOT NULL DEFAULT 0,
  records_unknown    INTEGER NOT NULL DEFAULT 0,
  records_missing    INTEGER NOT NULL DEFAULT 0,
  records_repeated   INTEGER NOT NULL DEFAULT 0,
  records_lost       INTEGER NOT NULL DEFAULT 0,
  fault_code         INTEGER,           -- of the board; NULL, with the next five, without one
  fault_inference    INTEGER,
  fault_layer        INTEGER,
  fault_tile         INTEGER,
  fault_attempts     INTEGER,
  fault_detail       INTEGER,
  energy_joules      REAL,              -- at the rail; NULL until it was attributed
  attributed_seconds REAL
) STRICT;

CREATE TABLE signal (
  id        INTEGER PRIMARY KEY,
  run       INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  name      TEXT NOT NULL,     -- voltage, current, storage, harvest
  unit      TEXT NOT NULL,     -- of its samples: V, A, W
  period_ns INTEGER NOT NULL,  -- of its samples
  UNIQUE (run, name)
) STRICT;

-- Entries of one level of a signal. Level 0 has the samples; an entry of level k stands for 16^k of
-- them. `data` holds little-endian 32-bit floats, plane by plane: the samples at level 0, else the
-- minima, maxima, means and numbers of samples of the entries. NaN: the sample is missing.
CREATE TABLE chunk (
  signal  INTEGER NOT NULL REFERENCES signal ON DELETE CASCADE,
  level   INTEGER NOT NULL,
  first   INTEGER NOT NULL,  -- index of its first entry, a multiple of 16384
  count   INTEGER NOT NULL,  -- entries, at most 16384
  samples INTEGER NOT NULL,  -- samples that it stands for, without the missing ones
  min     REAL,              -- of those samples, in the signal's unit; NULL when there are none
  max     REAL,
  mean    REAL,
  codec   TEXT NOT NULL CHECK (codec IN ('raw', 'shuffle-zstd')),
  data    BLOB NOT NULL,
  PRIMARY KEY (signal, level, first)
) STRICT;
CREATE INDEX chunk_summary ON chunk (signal, level, first, count, samples, min, max, mean);

CREATE TABLE edge (
  run     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number  INTEGER NOT NULL,  -- from 0, in order of time
  time_ns INTEGER NOT NULL,
  marks   INTEGER NOT NULL,  -- after the edge; bit 0: the rail is on, bits 8 to 15: mark pins 0 to 7
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
  run             INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number          INTEGER NOT NULL,  -- from 0, as they were received
  received_ns     INTEGER NOT NULL,  -- first byte of the frame complete at the receiver
  on_wire_seconds REAL NOT NULL,     -- of the whole frame
  boot            INTEGER NOT NULL,
  sequence        INTEGER NOT NULL,
  type            INTEGER NOT NULL,  -- target_fw/protocol/PROTOCOL.md has the types
  ticks           INTEGER NOT NULL,  -- of the board, since its power-up
  inference       INTEGER,           -- where the type has one, like layer and tile
  layer           INTEGER,
  tile            INTEGER,
  payload         BLOB NOT NULL,     -- as received
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE power_cycle (
  run                  INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number               INTEGER NOT NULL,  -- from 0
  on_ns                INTEGER NOT NULL,
  off_ns               INTEGER NOT NULL,
  outage               INTEGER NOT NULL,  -- 1: ended by a failure of power, 0: by the run's end
  records              INTEGER NOT NULL,
  clock_offset_ns      INTEGER NOT NULL,  -- run time at which the board's ticks were 0
  clock_uncertainty_ns INTEGER NOT NULL,  -- of that, one deviation
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE share (
  run                INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number             INTEGER NOT NULL,  -- from 0, by activity, then layer
  activity           TEXT NOT NULL,
  layer              INTEGER,           -- NULL where it has no meaning
  spans              INTEGER NOT NULL,
  time_seconds       REAL NOT NULL,
  energy_joules      REAL NOT NULL,     -- at the rail
  uncertainty_joules REAL NOT NULL,     -- one deviation
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE layer (
  run                       INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number                    INTEGER NOT NULL,  -- from 0, in order of execution
  name                      TEXT NOT NULL,
  operator                  TEXT NOT NULL,     -- as TFLite spells it
  output_height             INTEGER NOT NULL,  -- elements, like the next two
  output_width              INTEGER NOT NULL,
  output_channels           INTEGER NOT NULL,
  macs                      INTEGER NOT NULL,  -- of one execution, like all that follow
  additions                 INTEGER NOT NULL,
  weight_bytes              INTEGER NOT NULL,
  nonvolatile_read_bytes    INTEGER NOT NULL,
  nonvolatile_written_bytes INTEGER NOT NULL,
  tiles                     INTEGER NOT NULL,
  checkpoints               INTEGER,           -- committed in the whole run; NULL until it was analysed
  executions                INTEGER,           -- times entered at the first tile, in the whole run
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE output (
  run       INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  inference INTEGER NOT NULL,
  data      BLOB NOT NULL,  -- int8 elements of the network's output
  correct   INTEGER,        -- 1: equal to the expected output, 0: not; NULL: none expected
  PRIMARY KEY (run, inference)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger (
  run    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  name   TEXT NOT NULL,
  joules REAL NOT NULL,  -- since the run began
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE VIEW run_summary AS
SELECT id, name, status, coalesce(error, end_reason) AS ended, network, profile, rig,
       strftime('%Y-%m-%d %H:%M:%f', started_at / 1e6, 'unixepoch') AS started_utc,
       duration_ns * 1e-9 AS duration_seconds, inferences, correct, power_cycles, energy_joules,
       energy_joules / nullif(inferences, 0) AS energy_per_inference_joules
FROM run;

CREATE VIEW layer_energy AS
SELECT share.run, run.name AS run_name, share.layer, layer.name AS layer_name, layer.operator,
       share.activity, share.spans, share.time_seconds, share.energy_joules,
       share.uncertainty_joules, layer.macs, layer.tiles, layer.executions
FROM share
JOIN run ON run.id = share.run
JOIN layer ON layer.run = share.run AND layer.number = share.layer;
)sql",
    R"sql(
CREATE TABLE memory (
  run           INTEGER PRIMARY KEY REFERENCES run ON DELETE CASCADE,
  data_bytes    INTEGER NOT NULL,  -- of the board's RAM: variables
  stack_bytes   INTEGER NOT NULL,  -- the deepest that was written
  working_bytes INTEGER NOT NULL,  -- the most of what is left that was written
  board_bytes   INTEGER NOT NULL   -- that there are
) STRICT;
)sql",
    R"sql(
ALTER TABLE run ADD COLUMN board TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN board_sha256 TEXT NOT NULL DEFAULT '';  -- of its file; '': the virtual board
ALTER TABLE run ADD COLUMN text_bytes INTEGER NOT NULL DEFAULT 0;  -- plain text between the records
ALTER TABLE share ADD COLUMN mark INTEGER;                         -- pin, of the activity mark

CREATE TABLE mark (
  run  INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  pin  INTEGER NOT NULL,  -- 0 to 7
  name TEXT NOT NULL,     -- what the firmware does while it is high
  PRIMARY KEY (run, pin)
) STRICT, WITHOUT ROWID;

CREATE VIEW mark_energy AS
SELECT share.run, run.name AS run_name, share.mark AS pin, mark.name AS mark_name, share.spans,
       share.time_seconds, share.energy_joules, share.uncertainty_joules
FROM share
JOIN run ON run.id = share.run
JOIN mark ON mark.run = share.run AND mark.pin = share.mark;
)sql",
    R"sql(
ALTER TABLE run ADD COLUMN clock_drift REAL;  -- of the board's clock, a share: 20e-6 runs fast; NULL: not seen
ALTER TABLE run ADD COLUMN clock_drift_uncertainty REAL;            -- of that, one deviation
ALTER TABLE run ADD COLUMN refused_spans INTEGER NOT NULL DEFAULT 0;  -- shorter than the clock is known to
ALTER TABLE run ADD COLUMN refused_ns INTEGER NOT NULL DEFAULT 0;     -- of these, unattributed
ALTER TABLE run ADD COLUMN records_set_aside INTEGER NOT NULL DEFAULT 0;  -- repeated, or contradicted
ALTER TABLE share ADD COLUMN unmeasured_seconds REAL NOT NULL DEFAULT 0;  -- of the time: no samples
ALTER TABLE layer ADD COLUMN inner_calls INTEGER NOT NULL DEFAULT 0;  -- of the kernels' innermost function
ALTER TABLE layer ADD COLUMN tiles_per_commit INTEGER NOT NULL DEFAULT 1;
ALTER TABLE layer ADD COLUMN activation_bits INTEGER NOT NULL DEFAULT 8;  -- of the output
ALTER TABLE layer ADD COLUMN weight_bits INTEGER NOT NULL DEFAULT 0;      -- 0: it has none

-- What the kernels do in one execution of a layer, beside what its definition asks for.
CREATE TABLE kernel_count (
  run    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number INTEGER NOT NULL,  -- from 0, layer by layer
  layer  INTEGER NOT NULL,
  name   TEXT NOT NULL,     -- "products"; core/network/kernel_work.h explains them
  count  INTEGER NOT NULL,
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- What of the shares fell into one inference, or into one power cycle.
CREATE TABLE part (
  run                INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number             INTEGER NOT NULL,  -- from 0: by inference, then those by power cycle
  inference          INTEGER,           -- NULL in those by power cycle
  power_cycle        INTEGER,           -- NULL in those by inference
  activity           TEXT NOT NULL,
  layer              INTEGER,           -- NULL where it has no meaning
  time_seconds       REAL NOT NULL,
  energy_joules      REAL NOT NULL,     -- at the rail
  uncertainty_joules REAL NOT NULL,     -- one deviation
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- Energy and charge at the rail over the samples of a chunk of level 0: sums of full-rate samples,
-- so that those of whole chunks need not be read.
CREATE TABLE rail_sum (
  run      INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  first    INTEGER NOT NULL,  -- index of the chunk's first sample, a multiple of 16384
  samples  INTEGER NOT NULL,  -- of these, those that are present
  joules   REAL NOT NULL,
  coulombs REAL NOT NULL,
  PRIMARY KEY (run, first)
) STRICT, WITHOUT ROWID;

-- What the board did: no gaps from 0 to the run's end.
CREATE TABLE span (
  run         INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number      INTEGER NOT NULL,  -- from 0, in order of time
  from_ns     INTEGER NOT NULL,
  to_ns       INTEGER NOT NULL,
  activity    TEXT NOT NULL,
  layer       INTEGER,           -- NULL where it has no meaning
  inference   INTEGER NOT NULL,
  power_cycle INTEGER NOT NULL,  -- that before, when off
  mark        INTEGER,           -- pin, of the activity mark
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

-- Times in which records of the board are known missing.
CREATE TABLE gap (
  run     INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  number  INTEGER NOT NULL,  -- from 0, in order of time
  from_ns INTEGER NOT NULL,
  to_ns   INTEGER NOT NULL,
  records INTEGER NOT NULL,  -- modulo 65536
  boots   INTEGER NOT NULL,  -- whole ones; their records are not counted
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE VIEW timeline AS
SELECT span.run, run.name AS run_name, span.number, span.from_ns * 1e-9 AS from_seconds,
       (span.to_ns - span.from_ns) * 1e-9 AS duration_seconds, span.activity, span.layer,
       layer.name AS layer_name, span.inference, span.power_cycle, mark.name AS mark_name
FROM span
JOIN run ON run.id = span.run
LEFT JOIN layer ON layer.run = span.run AND layer.number = span.layer
LEFT JOIN mark ON mark.run = span.run AND mark.pin = span.mark;

CREATE VIEW inference_energy AS
SELECT part.run, run.name AS run_name, part.inference, part.activity, part.layer,
       layer.name AS layer_name, part.time_seconds, part.energy_joules, part.uncertainty_joules
FROM part
JOIN run ON run.id = part.run
LEFT JOIN layer ON layer.run = part.run AND layer.number = part.layer
WHERE part.inference IS NOT NULL;

CREATE VIEW power_cycle_energy AS
SELECT part.run, run.name AS run_name, part.power_cycle,
       power_cycle.on_ns * 1e-9 AS on_seconds, power_cycle.off_ns * 1e-9 AS off_seconds,
       part.activity, part.layer, part.time_seconds, part.energy_joules, part.uncertainty_joules
FROM part
JOIN run ON run.id = part.run
JOIN power_cycle ON power_cycle.run = part.run AND power_cycle.number = part.power_cycle
WHERE part.power_cycle IS NOT NULL;
)sql",
};

// The objects of a schema, as SQLite remembers them.
std::vector<std::string> objects_of(SQLite::Database& connection) {
  std::vector<std::string> objects;
  SQLite::Statement statement(
      connection, "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master");
  while (statement.executeStep())
    objects.push_back(statement.getColumn(0).getString());
  return objects;
}

std::vector<std::string> wanted_objects() {
  SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  for (const char* step : steps)
    fresh.exec(step);
  return objects_of(fresh);
}

}  // namespace

const char* schema_step(int version) { return steps.at(version); }

int newest_schema() { return static_cast<int>(steps.size()); }

Status migrate(Database& database) {
  if (TRY(database.schema_version()) == newest_schema()) return ok;
  return database.transact("bring the schema up to date", [&]() -> Status {
    const int found = TRY(database.schema_version());
    if (found < 0 || found > newest_schema())
      return fail(
          Errc::unsupported, database.name(), ": the run store has schema ", found,
          ", and this program knows up to ", newest_schema());
    for (int version = found; version < newest_schema(); ++version)
      database.connection().exec(steps.at(version));
    database.connection().exec(join("PRAGMA user_version = ", newest_schema()));
    return ok;
  });
}

Status check_schema(Database& database) {
  return database.attempt("check the schema", [&]() -> Status {
    static const std::vector<std::string> wanted = wanted_objects();
    const std::vector<std::string> found = objects_of(database.connection());
    for (const std::string& object : found)
      if (object.starts_with("trigger"))
        return fail(
            Errc::protocol, database.name(), ": a run store has no triggers, and this one does");
    for (const std::string& object : wanted)
      if (std::ranges::find(found, object) == found.end())
        return fail(
            Errc::io, database.name(), ": the run store is damaged: its ",
            object.substr(0, object.find(' ', object.find(' ') + 1)), " is not what it should be");
    return ok;
  });
}

}  // namespace sunfleck::db
