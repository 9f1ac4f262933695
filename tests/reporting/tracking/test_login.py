from pathlib import Path

import pytest

from crescent.config.schema import Tracking
from crescent.reporting.tracking import login


def tracking(mode: str = "off", **others: bool) -> Tracking:
    found = Tracking(**others)
    found.wandb.mode = mode
    return found


def home(path: Path, **variables: str) -> dict[str, str]:
    return {"HOME": str(path), **variables}


def test_auto_is_off_without_a_login_and_online_with_one(tmp_path: Path) -> None:
    assert login.mode(tracking("auto"), home(tmp_path)) == "off"
    assert login.mode(tracking("auto"), home(tmp_path, WANDB_API_KEY="x" * 40)) == "online"


@pytest.mark.parametrize(("said", "meant"), [("offline", "offline"), ("disabled", "off"), ("online", "online")])
def test_auto_does_what_the_environment_says(tmp_path: Path, said: str, meant: str) -> None:
    assert login.mode(tracking("auto"), home(tmp_path, WANDB_MODE=said, WANDB_API_KEY="x" * 40)) == meant
    assert login.mode(tracking("offline"), home(tmp_path, WANDB_MODE=said)) == "offline"


def test_a_login_in_the_netrc_file_counts_for_its_own_server_alone(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine api.wandb.ai\n login user\n password " + "x" * 40 + "\n")
    (tmp_path / ".netrc").chmod(0o600)
    assert login.logged_in(home(tmp_path))
    assert not login.logged_in(home(tmp_path, WANDB_BASE_URL="https://wandb.example.org"))
    folder = tmp_path / ".config" / "wandb"
    folder.mkdir(parents=True)
    (folder / "settings").write_text("[default]\nbase_url = https://wandb.example.org\n")
    assert not login.logged_in(home(tmp_path))


def test_a_damaged_netrc_file_is_no_login(tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine\n")
    assert not login.logged_in(home(tmp_path))


def test_it_agrees_with_wandb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file, read by wandb's own code."""
    pytest.importorskip("wandb")
    from wandb.sdk.lib.wbauth import read_netrc_auth
    from wandb.sdk.lib.wbauth.host_url import HostUrl

    file = tmp_path / "netrc"
    file.write_text("machine api.wandb.ai\n login user\n password " + "x" * 40 + "\n")
    monkeypatch.setenv("NETRC", str(file))
    for address in ("https://api.wandb.ai", "https://wandb.example.org"):
        known = read_netrc_auth(host=HostUrl(address)) is not None
        assert login.logged_in(home(tmp_path, NETRC=str(file), WANDB_BASE_URL=address)) == known


def test_missing_packages_are_named_with_what_installs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "find_spec", lambda name: None)
    assert login.mistakes(tracking("offline", csv=True, tensorboard=True)) == [
        "tracking.tensorboard=true needs the package `tensorboard`: pip install 'crescent-lm[tensorboard]'",
        "tracking.wandb.mode=offline needs the package `wandb`: pip install 'crescent-lm[wandb]'",
    ]
    assert login.mistakes(tracking()) == []


def test_online_without_a_login_is_a_mistake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(login, "find_spec", lambda name: True)
    monkeypatch.setattr(login, "logged_in", lambda environ=None: False)
    [mistake] = login.mistakes(tracking("online"))
    assert "needs a login" in mistake
