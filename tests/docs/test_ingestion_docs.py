"""The reference of streaming ingestion against the program."""

from pathlib import Path

from server.model.outcome import FailureReason
from server.prep.functions import FUNCTIONS, LAZY_FUNCTIONS
from server.prep.functions.function import MANY, Function, LazyFunction
from server.prep.syntax import MAX_EXPRESSION_CHARACTERS
from server.wire import ingestion_errors, ingestion_limits
from server.wire.bodies import MAX_RATIO
from server.wire.ingestion import MAX_MESSAGES
from server.wire.violation_report import MAX_REPORTED

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "ingestion.md").read_text(encoding="utf-8")


def _row(name: str, function: Function | LazyFunction) -> str:
    if function.least == function.most:
        values = str(function.least)
    else:
        values = f"{function.least} or more" if function.most == MANY else f"{function.least}–{function.most}"
    return f"| `{name}` | {values} | {function.help} |"


def test_the_table_of_functions_is_that_of_the_program() -> None:
    table = PAGE[PAGE.index("| function | values | gives |") :].splitlines()[2:]

    functions: dict[str, Function | LazyFunction] = {**FUNCTIONS, **LAZY_FUNCTIONS}
    assert table == [_row(name, functions[name]) for name in sorted(functions)]


def test_every_text_that_refuses_a_message_is_told() -> None:
    refusals = [
        value
        for module in (ingestion_errors, ingestion_limits)
        for value in vars(module).values()
        if isinstance(value, ingestion_errors.Refusal) and value.names_inlet
    ]

    assert [refusal.message for refusal in refusals if refusal.message not in PAGE] == []


def test_limits_and_reasons_are_those_of_the_program() -> None:
    for said in (
        f"more than {MAX_MESSAGES} messages",
        f"better than 1:{MAX_RATIO}",
        f"at most {MAX_EXPRESSION_CHARACTERS} characters",
        "five are reported at most",
    ):
        assert said in PAGE
    assert MAX_REPORTED == 5
    for reason in (FailureReason.MALFORMED_MESSAGE, FailureReason.SCHEMA_MISMATCH, FailureReason.MAPPING_FAILED):
        assert f"`{reason}`" in PAGE
