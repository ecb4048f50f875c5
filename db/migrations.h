#pragma once

#include <cstdint>

#include "db/database.h"

namespace sunfleck::db {

// Marks an SQLite file as a run store, in its header: "SFLK".
inline constexpr std::uint32_t application_id = 0x53464C4B;

int newest_schema();
// The SQL that takes a store from `version` to the next, 0 <= version < newest_schema().
const char* schema_step(int version);

// Brings `database` to the newest schema, one transaction per step. Safe when two programs do it to
// one file at the same time.
//
//   fails   unsupported, and changes nothing, when its schema is newer than this program's
Status migrate(Database& database);

// Refuses a database whose tables, indexes and views are not those that migrate() makes, or that
// has a trigger: what follows would rely on a schema that is not there. Further tables are no harm.
Status check_schema(Database& database);

}  // namespace sunfleck::db
