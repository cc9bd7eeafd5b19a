"""Keep a record of a released schema for the tests: a backup of a data folder as it stands.

    python scripts/keep_schema.py DATA tests/issuer/backups/schema-0001.tar.gz

DATA was made and filled by the released version; nothing in it is brought to a newer schema,
which `merke backup` would do first. The file must show a few states and stay small.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from issuer.backup import making
from issuer.folder import Folder
from issuer.office import open_record

folder = Folder(Path(sys.argv[1]))
settings = folder.read_settings()
engine = open_record(folder, settings)
made = making.make(folder, settings, engine, Path(sys.argv[2]), datetime.now(UTC))
engine.dispose()
print(f"{made.path}: {made.rows} rows, {made.size} bytes")
