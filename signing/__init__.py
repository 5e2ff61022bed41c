"""Sign documents and statements; ask for timestamps and status; a PKI for development.

    custody/       where private keys live; a session opens one with a PIN
    pades/         signatures, receipt, evidence and document timestamp of a PDF; statements
    timestamps/    RFC 3161: a token is checked before it is used
    status/        OCSP answers and CRLs for the file's /DSS
    appointments   the department says who may sign
    pki/           the development PKI of the national shape, with its services

Nothing here decides whether a document is genuine: that is `verifier`, whose formats and
strict readers are used for everything that is written. Times and keys are arguments.
"""
