"""Whether W&B would be used and could be, found out without importing it."""

import netrc
import os
from collections.abc import Mapping
from configparser import ConfigParser, Error
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from crescent.config.schema import Tracking

DEFAULT_HOST = "https://api.wandb.ai"


def mode(tracking: Tracking, environ: Mapping[str, str] = os.environ) -> str:
    """`off`, `offline` or `online`: what `tracking.wandb.mode` comes to on this machine."""
    wanted = tracking.wandb.mode
    if wanted != "auto":
        return wanted
    named = environ.get("WANDB_MODE", "")
    if named:
        return {"online": "online", "run": "online", "offline": "offline", "dryrun": "offline"}.get(named, "off")
    return "online" if logged_in(environ) else "off"


def names(tracking: Tracking) -> list[str]:
    """The trackers that are on."""
    on = {"csv": tracking.csv, "tensorboard": tracking.tensorboard, "wandb": mode(tracking) != "off"}
    return [name for name, wanted in on.items() if wanted]


def mistakes(tracking: Tracking) -> list[str]:
    """What keeps the trackers that are on from working: packages and logins."""
    found = []
    for name in names(tracking):
        if name != "csv" and find_spec(name) is None:
            key = "tracking.wandb.mode=" + tracking.wandb.mode if name == "wandb" else "tracking.tensorboard=true"
            found.append(f"{key} needs the package `{name}`: pip install 'crescent-lm[{name}]'")
    if mode(tracking) == "online" and not logged_in():
        found.append(
            "tracking.wandb.mode=online needs a login: run `wandb login`, or set WANDB_API_KEY, "
            "or take tracking.wandb.mode=offline"
        )
    return found


def logged_in(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether wandb would find credentials: in the environment, its settings, or the netrc file, for its server."""
    if environ.get("WANDB_API_KEY") or environ.get("WANDB_IDENTITY_TOKEN_FILE"):
        return True
    home = Path(environ.get("HOME") or Path.home())
    settings = _settings(Path(environ.get("WANDB_CONFIG_DIR") or home / ".config" / "wandb") / "settings")
    if settings.get("api_key"):
        return True
    host = urlsplit(environ.get("WANDB_BASE_URL") or settings.get("base_url") or DEFAULT_HOST).netloc
    given = environ.get("NETRC")
    files = [Path(given).expanduser()] if given else [home / ".netrc", home / "_netrc"]
    return any(_knows(file, host) for file in files)


def _settings(file: Path) -> dict[str, str]:
    """The section `default` of wandb's settings file, which is an INI file, or nothing."""
    parser = ConfigParser(interpolation=None)
    try:
        parser.read(file, encoding="utf-8")
        return dict(parser["default"])
    except (Error, KeyError, OSError, UnicodeDecodeError):
        return {}


def _knows(file: Path, host: str) -> bool:
    try:
        found = netrc.netrc(file).authenticators(host)
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        return False
    return bool(found and found[2])
