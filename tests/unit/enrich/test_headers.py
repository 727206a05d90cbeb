import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.enrich.headers import MAX_HEADER_CHARS, MAX_MEMBERS, read_boolean, read_list, read_string


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ('"Windows"', "Windows"),
        ('  "Chrome OS" ', "Chrome OS"),
        ('""', ""),
        (r'"a \"b\" \\ c"', r'a "b" \ c'),
        ("Windows", None),
        ("", None),
        ('"open', None),
        ('"a", "b"', None),
        ("?1", None),
    ],
)
def test_a_string_is_read(header: str, value: str | None) -> None:
    assert read_string(header) == value


@pytest.mark.parametrize(
    ("header", "value"), [("?1", True), ("?0", False), (" ?1 ", True), ("1", None), ("true", None), ("", None)]
)
def test_a_boolean_is_read(header: str, value: bool | None) -> None:
    assert read_boolean(header) is value


@pytest.mark.parametrize(
    ("header", "members"),
    [
        (
            '"Chromium";v="141", "Google Chrome";v="141", "Not?A_Brand";v="8"',
            [("Chromium", {"v": "141"}), ("Google Chrome", {"v": "141"}), ("Not?A_Brand", {"v": "8"})],
        ),
        ('"(Not;A, Brand";v="99"', [("(Not;A, Brand", {"v": "99"})]),
        ('"a";V = "1"; w="2","b"', [("a", {"v": "1", "w": "2"}), ("b", {})]),
        ('"a";flag, "b"', [("a", {}), ("b", {})]),
        ('v="1", "a"', [("a", {})]),
        ('"a", "open', [("a", {})]),
        (r'"a\\", "b\"c"', [("a\\", {}), ('b"c', {})]),
        ('"a\\', []),
        ("", []),
        ("nothing quoted", []),
    ],
)
def test_a_list_is_read_with_its_parameters(header: str, members: list[tuple[str, dict[str, str]]]) -> None:
    assert read_list(header) == members


def test_what_is_longer_than_any_real_header_is_cut() -> None:
    assert len(read_list(", ".join('"a"' for _ in range(100)))) == MAX_MEMBERS
    assert read_list('"' + "x" * MAX_HEADER_CHARS + '"') == []


@given(st.text(alphabet='"\\;=, v?1a', max_size=60) | st.text())
def test_any_text_is_read_without_an_error(header: str) -> None:
    read_string(header)
    read_boolean(header)
    members = read_list(header)

    assert len(members) <= MAX_MEMBERS


printable = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)


@given(st.lists(st.tuples(printable, printable), max_size=MAX_MEMBERS))
def test_what_a_browser_writes_is_what_is_read(members: list[tuple[str, str]]) -> None:
    header = ", ".join(f"{quoted(name)};v={quoted(version)}" for name, version in members)

    assert read_list(header) == [(name, {"v": version}) for name, version in members]


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
