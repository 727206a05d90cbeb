"""Writes docs/reference/{commands,settings,modules}.md from the code: `make reference`. A test compares them."""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from scripts.modules_reference import modules_page
from server.arguments import parser
from server.settings import FILE_NAME, PREFIX, Settings

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"

# No setting reads this as a value; those that are checked answer with what they expect.
_NOTHING_VALID = "\0"

_COMMANDS_HEAD = f"""\
# Commands

`heliograph COMMAND …`, which `make run` puts into `.venv/bin/`; `python -m server COMMAND …` is the same.

Each finds an installation by its data directory: `--data-dir DIR`, `{PREFIX}DATA_DIR`, or `data_dir` in
`{FILE_NAME}`. They work beside a running server and without one. Results go to standard output,
everything else to standard error. The exit code is 0 when it worked, 1 when not, 2 when the command line or a setting
cannot be read; what to mend is said in a line each.

This page is made from the program itself: `make reference`.
"""

_SETTINGS_HEAD = f"""\
# Settings

A setting can come from four places; the later wins: its default, `{FILE_NAME}` in the working directory, an environment
variable, an option of `heliograph serve`. The variable of `port` is `{PREFIX}PORT`, and so on. `heliograph settings`
shows every setting with its value and where that comes from.

```toml
# {FILE_NAME}
port = 9000
base_url = "https://collect.example.com"
lake_commit_seconds = 15
edge_base_paths = ["ee", "a"]
```

Faults stop the start, all of them at once, each with its name, its value and what was expected. An unknown name is a
fault too.

This page is made from the program itself: `make reference`.
"""


def pages() -> Mapping[str, str]:
    """What each page holds, by its file name."""
    return {"commands.md": "\n".join(_commands()), "settings.md": "\n".join(_settings()), "modules.md": modules_page()}


def _commands() -> Iterator[str]:
    yield _COMMANDS_HEAD
    top = parser()
    yield "| command | does |"
    yield "|---|---|"
    for name, one in _subcommands(top):
        yield f"| [`{name}`](#{name}) | {_cell(one.description or '')} |"
    for name, one in _subcommands(top):
        yield ""
        yield from _command(name, one)
    yield ""


def _command(name: str, one: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    yield one.description or ""
    nested = list(_subcommands(one))
    if nested:
        yield ""
        yield "| command | does |"
        yield "|---|---|"
        helps = _helps(one)
        for inner, parsed in nested:
            yield f"| `heliograph {name} {_synopsis(inner, parsed)}` | {_cell(helps[inner])} |"
    else:
        yield ""
        yield f"    heliograph {_synopsis(name, one)}"
    rows = [*_options(one), *(row for _, parsed in nested for row in _options(parsed))]
    if rows:
        yield ""
        yield "| argument | meaning |"
        yield "|---|---|"
        yield from dict.fromkeys(f"| `{left}` | {_cell(right)} |" for left, right in rows)


def _synopsis(name: str, one: argparse.ArgumentParser) -> str:
    parts = [name]
    for action in _own_actions(one):
        shown = _shown(action)
        more = " …" if action.nargs == "*" else ""
        parts.append(shown if action.required and action.nargs not in ("*", "?") else f"[{shown}{more}]")
    return " ".join(parts)


def _options(one: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in _own_actions(one):
        if action.help:
            names = ", ".join(action.option_strings)
            value = _value(action)
            yield f"{names} {value}".strip(), action.help


def _shown(action: argparse.Action) -> str:
    name = action.option_strings[-1] if action.option_strings else ""
    return f"{name} {_value(action)}".strip()


def _value(action: argparse.Action) -> str:
    """The placeholder of what it takes; nothing for a switch."""
    if action.nargs == 0:
        return ""
    if action.choices:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return str(action.metavar or action.dest.upper())


def _own_actions(one: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in one._actions:
        if not isinstance(action, argparse._SubParsersAction | argparse._HelpAction) and action.dest != "data_dir":
            yield action


def _subcommands(one: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _helps(one: argparse.ArgumentParser) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for action in one._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= {choice.dest: choice.help or "" for choice in action._choices_actions}
    return found


def _settings() -> Iterator[str]:
    yield _SETTINGS_HEAD
    yield "| setting | default | takes | meaning |"
    yield "|---|---|---|---|"
    defaults = Settings().as_environ()
    for item in fields(Settings):
        default = defaults[PREFIX + item.name.upper()]
        shown = f"`{default}`" if default else "empty"
        yield f"| `{item.name}` | {shown} | {_expected(item.name)} | {_cell(item.metadata['help'])} |"
    yield ""


def _expected(name: str) -> str:
    """What a setting takes, in the words of its own refusal."""
    read = next(item.metadata["read"] for item in fields(Settings) if item.name == name)
    try:
        value = read(_NOTHING_VALID)
    except ValueError as error:
        return _cell(str(error))
    if isinstance(value, Path):
        return "a path"
    return "a list, separated by commas" if isinstance(value, tuple) else "text"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
