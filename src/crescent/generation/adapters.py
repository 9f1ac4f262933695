"""Low-rank adapters in a vLLM server that runs: `POST /v1/load_lora_adapter`.

The server has the base model loaded and gets what a round has learned beside it, as a model of another name. One that
restarts has forgotten it, and then does not list it.
"""

from pathlib import Path

from crescent.config.schema import Backend
from crescent.errors import ModelError
from crescent.generation.endpoint import Endpoint, client_library, connection, names, reason

HOW = "start vLLM with --enable-lora and the environment variable VLLM_ALLOW_RUNTIME_LORA_UPDATING=1"
MISSING = {404, 405}


def with_adapter(endpoint: Endpoint, config: Backend, name: str, folder: Path) -> Endpoint:
    """The endpoint for the base model with the adapter in `folder`, loaded under `name` if it is not there.

    Raises:
        ModelError: the server cannot load it; says why in a line.
    """
    httpx = client_library()
    url = endpoint.url
    try:
        with httpx.Client(headers=endpoint.headers, timeout=config.timeout, **connection(url)) as client:
            if name not in (names(client.get(f"{url}/models")) or []):
                asked = {"lora_name": name, "lora_path": str(folder.resolve())}
                reply = client.post(f"{url}/load_lora_adapter", json=asked)
                if reply.status_code in MISSING and not _is_about(reply.text, folder):
                    raise ModelError(f"backend.url {url} loads no adapters ({reply.status_code}): {HOW}")
                if reply.status_code != 200:
                    raise ModelError(f"backend.url {url} does not load the adapter {folder}: {reason(reply)}")
    except httpx.HTTPError as error:
        raise ModelError(f"backend.url {url}: no answer ({error or type(error).__name__})") from None
    return Endpoint(url, name, endpoint.headers)


def _is_about(text: str, folder: Path) -> bool:
    """Whether a 404 is about the adapter's files, and not about the address."""
    return folder.name in text or "adapter" in text.casefold()
