"""The contract as data: compiled artefact and interface, so that no user needs Node.

`artifact.json` is the output of `node build.mjs` (npm solc, OpenZeppelin, evmVersion paris);
a test recompiles `src/TranscriptLog.sol` and compares. Nothing here talks to a chain.

    artifact = load()
    data = interface().encode("look", index)
    (told,) = interface().decode("look", answer)
"""

from contracts.artifact import Artifact, load
from contracts.interface import Event, Interface, InterfaceError, interface

__all__ = ["Artifact", "Event", "Interface", "InterfaceError", "interface", "load"]
