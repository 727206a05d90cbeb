from starlette.datastructures import ImmutableMultiDict

from server.schema.draft.model import DraftField
from server.web.forms.schema_form import FieldRow, acted, draft_fields, read_rows, shown_rows, with_faults

ADDRESS = "https://ns.example.com/address"


def form(**fields: str) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict({name.replace("_", "-"): value for name, value in fields.items()})


def test_rows_are_read_in_the_order_of_their_numbers_however_many_are_missing() -> None:
    rows = read_rows(
        form(field_12_path=" b ", field_3_path="a", field_3_list="1", field_x_path="c", field_3_type="date")
    )

    assert [(row.index, row.path, row.type, row.is_list) for row in rows] == [
        (3, "a", "date", True),
        (12, "b", "text", False),
    ]


def test_what_is_kept_is_shown_and_read_again() -> None:
    fields = (
        DraftField(
            path="tier", values=(("gold", "Gold = best"), ("silver", "")), is_open=True, title="Tier", example="x"
        ),
        DraftField(path="home", type=f"ref:{ADDRESS}", is_list=True, is_required=True, description="Where."),
        DraftField(path="odd", type="other"),
    )

    rows = shown_rows(fields, {ADDRESS: "Address"})

    assert (rows[0].values, rows[1].data_type, rows[2].is_other) == ("gold = Gold = best\nsilver", "Address", True)
    assert draft_fields(rows, {"Address": ADDRESS}) == fields


def test_a_data_type_that_is_not_there_is_left_to_the_check() -> None:
    [field] = draft_fields([FieldRow(index=0, path="home", type="datatype", data_type="None")], {})

    assert field.type == "ref:"


def test_a_row_without_any_text_is_blank() -> None:
    assert FieldRow(index=0, type="date", is_list=True).is_blank
    assert not FieldRow(index=0, example="x").is_blank


def test_faults_go_to_the_row_with_their_number() -> None:
    rows = with_faults([FieldRow(index=4, path="a"), FieldRow(index=7, path="b")], {(1, "values"): "twice"})

    assert [row.faults for row in rows] == [{}, {"values": "twice"}]
    assert [row.shows_more for row in rows] == [False, True]


def test_buttons_add_a_row_after_the_last_number_and_remove_the_one_they_name() -> None:
    rows = [FieldRow(index=4, path="a"), FieldRow(index=7, path="b")]

    assert [row.index for row in acted(rows, "add")] == [4, 7, 8]
    assert [row.index for row in acted([], "add")] == [0]
    assert [row.index for row in acted(rows, "remove-4")] == [7]
    assert acted(rows, "preview") == rows
