"""What transformers and the hub say when a model cannot be loaded, in one line that says what to do."""


def reason(place: str, revision: str | None, error: Exception) -> str:
    """The line for `error`, which `from_pretrained` raised for the model at `place`."""
    said = " ".join(str(error).split())
    if "gated repo" in said:
        return f"model.path {place}: gated. Accept its licence on its page of the hub, then `hf auth login`."
    if "not a valid git identifier" in said:
        return f"model.revision {revision}: {place} has no such branch, tag or commit"
    if "trust_remote_code" in said or "execute the configuration file" in said or "contains custom code" in said:
        return (
            f"model.path {place}: needs Python code that comes with the model. Read it; if you trust its author: "
            "model.trust_remote_code=true"
        )
    if "couldn't connect" in said or "offline mode" in said.lower():
        return f"model.path {place}: not in the cache, and the hub cannot be reached. Fetch it with a network first."
    if "does not recognize this architecture" in said or "Unrecognized model" in said:
        return f"model.path {place}: this version of transformers does not know its architecture; upgrade it"
    if "backend tokenizer" in said or "sentencepiece" in said.lower() or "tiktoken" in said.lower():
        return f"model.path {place}: its tokenizer needs a package: pip install sentencepiece tiktoken protobuf"
    first = str(error).strip().splitlines()[0] if said else type(error).__name__
    return f"model.path {place}: cannot be loaded ({first})"
