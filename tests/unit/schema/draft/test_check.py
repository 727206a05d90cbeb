import pytest

from server.schema.draft.check import check_rows, value_of
from server.schema.draft.model import MAX_FIELDS, MAX_LEVELS, MAX_NAME_CHARS, DraftField, DraftRefused, FieldType


def faults(*rows: DraftField) -> dict[tuple[int, str], str]:
    with pytest.raises(DraftRefused) as refused:
        check_rows(rows)
    return dict(refused.value.faults)


def row(path: str = "a", type_: str = FieldType.TEXT, **fields: object) -> DraftField:
    return DraftField(path=path, type=type_, **fields)  # type: ignore[arg-type]  # passed on as given


@pytest.mark.parametrize("path", ["a", "_a", "A1_b", ".".join("a" * MAX_LEVELS), "a" * MAX_NAME_CHARS])
def test_plain_names_and_paths_of_them_are_taken(path: str) -> None:
    check_rows([row(path)])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "Give the field a name"),
        ("a b", "“a b” is no name"),
        ("1a", "“1a” is no name"),
        ("a..b", "“” is no name"),
        ("a/b", "is no name"),
        ("naïve", "is no name"),
        ("a" * (MAX_NAME_CHARS + 1), "at most 64"),
        (".".join("a" * (MAX_LEVELS + 1)), "7 deep"),
    ],
)
def test_other_names_are_refused_with_the_cure(path: str, words: str) -> None:
    assert words in faults(row(path))[(0, "path")]


def test_two_fields_of_one_name_are_refused_and_so_are_those_that_only_case_tells_apart() -> None:
    assert "There is a field of this name" in faults(row("a"), row("a"))[(1, "path")]
    assert "differs from Tier by case only" in faults(row("Tier"), row("tier"))[(1, "path")]


def test_a_field_inside_of_what_is_no_group_is_refused() -> None:
    assert "a is no group" in faults(row("a"), row("a.b"))[(1, "path")]
    check_rows([row("a", FieldType.GROUP, is_list=True), row("a.b")])


@pytest.mark.parametrize(
    ("fields", "part", "words"),
    [
        ({"type_": "text box"}, "type", "Choose what"),
        ({"type_": "ref:"}, "type", "no data type of this name"),
        ({"type_": FieldType.DATE, "values": [("x", "")]}, "values", "Only texts and numbers"),
        ({"values": [("x", ""), ("x", "")]}, "values", "twice"),
        ({"values": [(str(number), "") for number in range(201)]}, "values", "at most 200"),
        ({"type_": FieldType.INTEGER, "values": [("1.5", "")]}, "values", "“1.5” is not a whole number"),
        ({"type_": FieldType.NUMBER, "values": [("many", "")]}, "values", "“many” is not a number"),
        ({"type_": FieldType.GROUP, "example": "x"}, "example", "Only a field with a plain value"),
        ({"type_": FieldType.INTEGER, "example": "x"}, "example", "expected a whole number"),
        ({"type_": FieldType.EMAIL, "example": "x"}, "example", "is not an e-mail address"),
        ({"type_": FieldType.BOOLEAN, "example": "x"}, "example", "expected true or false"),
        ({"values": [("gold", "")], "example": "tin"}, "example", "none of the allowed values"),
    ],
)
def test_what_is_wrong_is_said_at_its_part(fields: dict[str, object], part: str, words: str) -> None:
    found = faults(row(**fields))  # type: ignore[arg-type]  # passed on as given

    assert list(found) == [(0, part)]
    assert words in found[(0, part)]


def test_a_suggested_value_need_not_be_the_example() -> None:
    check_rows([row(values=[("gold", "")], example="tin", is_open=True)])


def test_a_form_has_an_end() -> None:
    rows = [row(f"a{number}") for number in range(MAX_FIELDS)]
    check_rows(rows)

    assert "at most 300" in faults(*rows, row("more"))[(MAX_FIELDS, "path")]


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("1", FieldType.INTEGER, 1),
        ("-1.5", FieldType.NUMBER, -1.5),
        ("1e400", FieldType.NUMBER, "1e400"),
        ("true", FieldType.BOOLEAN, True),
        ("1", FieldType.TEXT, "1"),
    ],
)
def test_a_text_stands_for_a_value_of_the_type(text: str, type_: str, value: object) -> None:
    assert value_of(text, type_) == value
