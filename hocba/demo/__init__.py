"""The demonstration: a department, its schools, their transcripts and the forgeries of them.

    python -m hocba.demo --once

Everything is done through the doors that a real installation uses; only people, keys
and marks are invented, and every artefact says `demo.hocba.test`.
"""
