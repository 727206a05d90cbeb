"""docs/reference/lake.md says what there is, and what it shows works."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from server.lake.formats import ExportFormat
from server.lake.lake import DeltaLake
from server.lake.table import LAKE_TYPE, compile_columns
from tests.builders import DATASET_ID, a_dataset
from tests.unit.lake.builders import WEB_EVENTS, some_entries

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "lake.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", [*ExportFormat, *(field.name for field in LAKE_TYPE), *compile_columns({}).names, "by-name/", ".spill/"]
)
def test_everything_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE or f"  {name}" in PAGE


def test_the_python_example_runs(tmp_path: Path) -> None:
    async def written() -> None:
        lake = DeltaLake(str(tmp_path / "lake"))
        await lake.write(a_dataset(name="demo-events"), WEB_EVENTS, some_entries(0, 6))
        await lake.close()

    asyncio.run(written())
    [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

    shown = subprocess.run(
        [sys.executable, "-c", example.replace("65a1b2c3", DATASET_ID[:8])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert re.search(r"2026-01-01\D+7", shown.stdout)
