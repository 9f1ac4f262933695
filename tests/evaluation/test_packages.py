import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from crescent.evaluation.packages import missing_packages
from crescent.evaluation.tasks import check_tasks

CODE = """
import json, no_such_package.inner
from another_missing import thing
import beside
from . import sibling
try:
    import guarded_missing
except ImportError:
    guarded_missing = None

def later():
    import lazy_missing
"""


def test_what_is_imported_at_once_and_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text(CODE)
    (tmp_path / "beside.py").write_text("")
    assert missing_packages([tmp_path / "rows.py"]) == ["another_missing", "no_such_package"]


def test_the_harnesss_own_files_are_followed(tmp_path: Path) -> None:
    (tmp_path / "utils.py").write_text("from lm_eval.tasks.gsm8k import nothing\nfrom lm_eval.api import task\n")
    assert missing_packages([tmp_path / "utils.py"]) == []


def test_a_task_with_a_missing_package_is_named_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text("import no_such_package\n")
    (tmp_path / "mine.yaml").write_text("task: mine\ncustom_dataset: !function rows.load\ntest_split: test\n")
    task = str(tmp_path / "mine.yaml")
    assert check_tasks([task], {}) == [f"{task}: its code needs the package `no_such_package`, which is not installed"]


class Hub(BaseHTTPRequestHandler):
    """Describes every dataset; `open/…` may be read by all, `gated/…` by those who bring a token."""

    def do_GET(self) -> None:
        gated = "/gated/" in self.path
        refused = self.path.endswith("/auth-check") and gated and "Authorization" not in self.headers
        body = json.dumps({"_id": "1", "id": "some/data", "gated": "manual" if gated else False}).encode()
        self.send_response(403 if refused else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        if refused:
            self.send_header("X-Error-Code", "GatedRepo")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


def test_data_behind_a_login_are_named_before_the_run(tmp_path: Path) -> None:
    code = (
        "from crescent.evaluation.packages import missing_dataset as m; "
        "print(m('open/data'), m('gated/data'), sep='\\n')"
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hub = f"http://127.0.0.1:{server.server_port}"
    environment = {"HF_ENDPOINT": hub, "HF_HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    try:
        said = [
            subprocess.run(
                [sys.executable, "-c", code], env=environment | more, capture_output=True, text=True, check=True
            ).stdout
            for more in ({}, {"HF_TOKEN": "hf_test"})
        ]
    finally:
        server.shutdown()
        server.server_close()
    assert said[1].splitlines() == ["None", "None"]
    assert said[0].splitlines() == [
        "None",
        "its data gated/data is only for those who accepted its terms: accept them at "
        f"{hub}/datasets/gated/data, then log in (`hf auth login`, or HF_TOKEN)",
    ]
