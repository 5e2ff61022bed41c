"""The compiled contract, with what it was compiled from and by."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Artifact:
    """What `build.mjs` wrote. Hashes are SHA-256 in lower-case hex.

    `runtime_hash` is over the code as it stands on the chain: the contract has no
    immutable values, so every deployment has exactly this code.
    """

    contract: str
    compiler: str
    evm_version: str
    library: str
    sources: dict[str, str]
    source_sha256: str
    runtime_hash: str
    bytecode: bytes
    abi: tuple[dict[str, Any], ...]

    @classmethod
    def parse(cls, text: str) -> "Artifact":
        """Read the JSON that `build.mjs` writes."""
        value = json.loads(text)
        return cls(
            contract=value["contract"],
            compiler=value["compiler"],
            evm_version=value["evm_version"],
            library=value["library"],
            sources=dict(value["sources"]),
            source_sha256=value["source_sha256"],
            runtime_hash=value["runtime_sha256"],
            bytecode=bytes.fromhex(value["bytecode"].removeprefix("0x")),
            abi=tuple(value["abi"]),
        )


@cache
def load() -> Artifact:
    """The artefact that is shipped with this package."""
    return Artifact.parse(files("contracts").joinpath("artifact.json").read_text("utf-8"))
