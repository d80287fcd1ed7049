"""Whether a campaign can be shown: `python -m tools.demo_console.fits FILE`; 1 where it cannot.

A file that is not there does not fit, nor one that an unreleased version has made.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from alpheus.cases.fitting import lacking
from alpheus.cases.schema import HEAD


def fits(place: Path) -> bool:
    """Whether its tables are ours, or can be upgraded to ours; nothing is written."""
    if not place.is_file():
        return False
    address = f"sqlite:///file:{place.resolve()}?mode=ro&uri=true"
    engine = create_engine(address)
    try:
        with engine.connect() as connection:
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return revision != HEAD or not any(lacking(connection))
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


if __name__ == "__main__":
    raise SystemExit(0 if fits(Path(sys.argv[1])) else 1)
