from pathlib import Path

import pytest

from server.settings import Settings, SettingsError, load_settings


def _load(tmp_path: Path, environ: dict[str, str], **options: str) -> Settings:
    return load_settings(environ, options=options, directory=tmp_path)[0]


def test_an_option_wins_over_the_environment_over_the_file_over_the_default(tmp_path: Path) -> None:
    (tmp_path / "heliograph.toml").write_text('port = 1111\nhost = "file"\nworkers = 3\n', encoding="utf-8")

    settings, lines = load_settings(
        {"HELIOGRAPH_PORT": "2222", "HELIOGRAPH_HOST": "environ", "PATH": "/bin"},
        options={"port": "3333"},
        directory=tmp_path,
    )

    assert (settings.port, settings.host, settings.workers, settings.dedupe_days) == (3333, "environ", 3, 7)
    origins = {line.name: line.origin for line in lines}
    assert (origins["port"], origins["host"], origins["workers"]) == ("option", "environment", "heliograph.toml")
    assert origins["dedupe_days"] == "default"


def test_all_faults_are_told_at_once_with_name_value_and_what_was_expected(tmp_path: Path) -> None:
    environ = {
        "HELIOGRAPH_PORT": "http",
        "HELIOGRAPH_WORKERS": "65",
        "HELIOGRAPH_DEMO": "maybe",
        "HELIOGRAPH_LAKE_COMMIT_SECONDS": "0",
        "HELIOGRAPH_BASE_URL": "shop.example",
        "HELIOGRAPH_NO_SUCH": "1",
        "HELIOGRAPH_TLS_KEY": "key.pem",
        "HELIOGRAPH_EDGE_BASE_PATHS": " , ",
        "HELIOGRAPH_EDGE_REGION": "Zürich",
    }

    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, environ)

    text = "\n".join(caught.value.faults)
    assert len(caught.value.faults) == 9
    assert "HELIOGRAPH_PORT (environment) is 'http': expected a whole number from 0 to 65535" in text
    assert "HELIOGRAPH_NO_SUCH (environment): there is no such setting" in text
    assert "HELIOGRAPH_TLS_CERTIFICATE and HELIOGRAPH_TLS_KEY: give both or neither" in text


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "heliograph.toml").write_text("port = ", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"heliograph\.toml is no TOML"):
        _load(tmp_path, {})


def test_as_environ_gives_the_same_settings_again(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        {"HELIOGRAPH_EDGE_BASE_PATHS": "ee,/data/c/", "HELIOGRAPH_DEMO": "yes", "HELIOGRAPH_DATA_DIR": "a b"},
    )

    assert _load(tmp_path, settings.as_environ()) == settings
    assert settings.edge_base_paths == ("ee", "data/c")


def test_lists_and_switches_come_from_the_file_too(tmp_path: Path) -> None:
    (tmp_path / "heliograph.toml").write_text('edge_base_paths = ["ee", "x"]\ndemo = true\n', encoding="utf-8")

    settings = _load(tmp_path, {})

    assert settings.edge_base_paths == ("ee", "x")
    assert settings.demo


def test_variables_of_a_child_process_are_no_settings(tmp_path: Path) -> None:
    assert _load(tmp_path, {"HELIOGRAPH_INTERNAL_ROLE": "collect"}) == _load(tmp_path, {})


def test_a_token_issuer_is_named_whole_or_not_at_all(tmp_path: Path) -> None:
    issuer = {"HELIOGRAPH_TOKEN_ISSUER": "https://issuer.example", "HELIOGRAPH_TOKEN_AUDIENCE": "streams"}

    with pytest.raises(SettingsError, match="TOKEN_ISSUER_KEYS: give all or none"):
        _load(tmp_path, issuer)
    with pytest.raises(SettingsError, match="expected an https address"):
        _load(tmp_path, issuer | {"HELIOGRAPH_TOKEN_ISSUER_KEYS": "http://issuer.example/keys"})
    settings = _load(tmp_path, issuer | {"HELIOGRAPH_TOKEN_ISSUER_KEYS": "keys.json"})

    assert settings.token_issuer_keys == "keys.json"
