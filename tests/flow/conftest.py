"""One laboratory for all flows: installations at rest before each command of the spine."""

import pytest
from fakes.command_server import CommandServer
from fakes.lab import Lab


@pytest.fixture(scope="session")
def lab(server, tmp_path_factory):
    """The states before and after each command; built once (about ten seconds)."""
    with CommandServer() as commands:
        lab = Lab(server, tmp_path_factory.mktemp("lab"), commands)
        lab.build()
        yield lab


@pytest.fixture
def place(lab):
    """Make a private copy of the installation as it was before a command; dropped afterwards."""
    made = []

    def copy(step):
        made.append(lab.copy(lab.before[step] if step != "end" else lab.end))
        return made[-1]

    yield copy
    for one in made:
        lab.drop(one)
