"""Object identifiers of our own attributes.

Arcs under 2.25 need no registration (ITU-T X.667): the number after 2.25 is a UUID read
as an integer, drawn once and never reused.
"""

APPOINTMENT = "2.25.152302937167656394424643615345972244967"
"""Signed attribute of each CMS: one OCTET STRING with the signer's appointment (compact JWS)."""

RECEIPT = "2.25.216545122156939358764548565868967103180"
"""Unsigned attribute of the seal's CMS: one OCTET STRING with the canonical `hocba.receipt/1`."""
