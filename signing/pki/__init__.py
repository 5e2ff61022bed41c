"""The development PKI: certificates of the national shape, TSA, OCSP and CRLs in process.

    pki = dev.create(folder, at=now)            # once
    services = DevServices(dev.load(folder))    # a Timestamper and a StatusSource

For demonstrations and tests only: every authority's name says THỬ NGHIỆM.
"""
