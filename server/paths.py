"""Where static/ and templates/ are: beside the package in a checkout, inside it in a wheel. Nobody else knows."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Assets:
    """The two folders that are not Python."""

    static: Path
    templates: Path


def assets() -> Assets:
    package = Path(__file__).parent
    for root in (package / "_assets", package.parent):
        if (root / "static" / "dist").is_dir() and (root / "templates").is_dir():
            return Assets(static=root / "static", templates=root / "templates")
    raise FileNotFoundError(f"static/ and templates/ are neither in {package / '_assets'} nor in {package.parent}")
