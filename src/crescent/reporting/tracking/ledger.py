"""What a tracker has been given in all starts of a run, so that nothing is given twice."""

from pathlib import Path


class Ledger:
    """Keys in the order they were logged, one a line; the number of a line is the step of its entry.

    The file is only ever appended to. A line torn by a kill counts as not written: its entry is logged again, under the
    same step.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        whole = [line for line in lines if line.endswith(b"\n")]
        if len(whole) < len(lines):
            path.write_bytes(b"".join(whole))
        self._keys = dict.fromkeys(line.decode().rstrip("\n") for line in whole)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: str) -> None:
        """Note that the entry was logged."""
        with self.path.open("ab") as file:
            file.write(f"{key}\n".encode())
        self._keys[key] = None
