"""Log lines show their fields, and nothing of a request."""

import logging

from portal.log_format import FieldsFormatter


def test_the_fields_stand_behind_the_text() -> None:
    record = logging.makeLogRecord(
        {"name": "varuh.sweeps", "levelname": "WARNING", "msg": "sweep refused"}
        | {"code": "retention.clock_jumped", "sweep": "runs", "request": "what was typed"}
    )

    line = FieldsFormatter().format(record)

    assert line.endswith("varuh.sweeps sweep refused code=retention.clock_jumped sweep=runs")
    assert "what was typed" not in line
