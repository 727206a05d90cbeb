"""Exit codes, and where results go."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

OK, FAILED, WRONG_USE = 0, 1, 2


class Unreadable(Exception):
    """A file or a value that the command line names cannot be used."""


def write_export(output: str | None, run: Callable[[Callable[[bytes], object]], None]) -> None:
    """Let ``run`` write to the file, or to standard output."""
    if output is None:
        run(sys.stdout.buffer.write)
        sys.stdout.buffer.flush()
        return
    # Written beside and renamed: a reader of the file never sees half an export.
    unfinished = Path(f"{output}.part")
    try:
        with unfinished.open("wb") as file:
            run(file.write)
        unfinished.replace(output)
    except OSError as error:
        raise Unreadable(f"cannot write {output}: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def write_text(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unreadable(f"cannot write {path}: {error.strerror}") from None


def write_bytes(path: Path, content: bytes) -> None:
    """With the folders it needs; whole or not at all, for those who read it meanwhile."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise Unreadable(f"cannot write {path}: {error.strerror}") from None


def as_lines(values: Mapping[str, object], indent: str = "") -> str:
    """Nested values as indented lines, for people."""
    lines: list[str] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"{indent}{name}:", as_lines(value, indent + "  ")]
        elif isinstance(value, list):
            lines.append(f"{indent}{name}:")
            lines += [f"{indent}  " + "  ".join(f"{key}={each}" for key, each in item.items()) for item in value]
        else:
            lines.append(f"{indent}{name}: {value}")
    return "\n".join(lines)
