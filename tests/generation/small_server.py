"""A server that starts at once: `python small_server.py MODEL PORT [PIDS [slow]]` says prompt, seed and model again.

With PIDS it writes its own process number and that of a child there, which does nothing and lives on. A slow one never
answers but when it is asked for its models.
"""

import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._give({"data": [{"id": sys.argv[1]}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if sys.argv[4:] == ["slow"]:
            time.sleep(1000)
        prompt = body["messages"][0]["content"]
        if prompt == "die":
            print("ValueError: too much", flush=True)
            os._exit(3)
        choice = {"message": {"content": f"{prompt} {body.get('seed')} {sys.argv[1]}"}, "finish_reason": "stop"}
        self._give({"choices": [choice], "usage": {"prompt_tokens": 2, "completion_tokens": 3}})

    def _give(self, content: Any) -> None:
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        child = subprocess.Popen(["sleep", "1000"])
        Path(sys.argv[3]).write_text(f"{os.getpid()} {child.pid}")
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
