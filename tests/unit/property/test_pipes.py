import pytest

from server.model.container import Pipe
from server.property.pipes import MAX_KEYS, PIPES, PipeError, check_pipe
from server.property.tokens import parse_template


@pytest.mark.parametrize("name", PIPES)
def test_every_example_is_a_template_with_its_pipe(name: str) -> None:
    template = parse_template(PIPES[name].example)

    assert name in [pipe[0] for pipe in template.pipe]  # type: ignore[union-attr]  # examples are single tokens


def test_the_list_of_pipes_is_the_one_of_the_format() -> None:
    listed = (
        "text value number integer boolean string date lower upper trim cleanText max replace split join at first last "
        "length slice default map regex stripQuery origin path pick omit json matches sha256"
    )

    assert list(PIPES) == listed.split()


@pytest.mark.parametrize(
    "pipe", [("pick", *["k"] * MAX_KEYS), ("slice", 1), ("regex", "a"), ("regex", "(a)", 1), ("matches", "a[href]")]
)
def test_arguments_that_fit_pass(pipe: Pipe) -> None:
    check_pipe(pipe)


@pytest.mark.parametrize(
    "pipe", [("pick", *["k"] * (MAX_KEYS + 1)), ("regex", "a", 1), ("map", {"a": [1]}), ("at", None)]
)
def test_arguments_that_do_not_fit_are_refused(pipe: Pipe) -> None:
    with pytest.raises(PipeError):
        check_pipe(pipe)
