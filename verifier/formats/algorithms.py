"""Names of algorithms, and the one place where a signature value is checked.

What counts as strong is dated data of the trusted root; each signature is described by
three names that must all be in force: the hash, the scheme and the key. A name that is
missing here (SHA-1, DSA, RSA below 2048 bits) is never in force.

    names = verify_signature(certificate, algorithm, "sha256", data, signature)
    weak = [name for name in names if not trust.allows(name, at=at)]
"""

from asn1crypto import algos, keys, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from verifier.errors import FormatError, ProofError

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
CURVES = {"secp256r1": "p-256", "secp384r1": "p-384", "secp521r1": "p-521"}
RSA_SIZES = (4096, 3072, 2048)

STRONG = (
    "sha256", "sha384", "sha512",
    "ecdsa", "p-256", "p-384", "p-521",
    "rsa-pss", "rsa-pkcs1v15", "rsa-2048", "rsa-3072", "rsa-4096",
)  # fmt: skip
"""All names that this verifier can compute; a trusted root allows some of them for a time."""


def verify_signature(
    certificate: x509.Certificate,
    algorithm: algos.SignedDigestAlgorithm,
    digest_name: str | None,
    data: bytes,
    signature: bytes,
) -> tuple[str, ...]:
    """Check a signature value by the certificate's key and return the algorithms' names.

    `digest_name` is the hash that the structure states beside the signature algorithm
    (a SignerInfo does, a certificate does not); the two must agree.

    Raises:
        FormatError: `algorithm.unknown` or `algorithm.mismatch`.
        ProofError: `signature.wrong`.
    """
    key = _public_key(certificate)
    names = algorithm_names(certificate, algorithm, digest_name)
    digest = HASHES[names[0]]()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(digest))
        elif names[1] == "rsa-pss":
            key.verify(
                signature, data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest
            )
        else:
            key.verify(signature, data, padding.PKCS1v15(), digest)
    except InvalidSignature as error:
        raise ProofError("signature.wrong") from error
    return names


def algorithm_names(
    certificate: x509.Certificate,
    algorithm: algos.SignedDigestAlgorithm,
    digest_name: str | None,
) -> tuple[str, ...]:
    """Name hash, scheme and key of a signature made by this certificate's key.

    Raises:
        FormatError: `algorithm.unknown` or `algorithm.mismatch`.
    """
    try:
        return _names(certificate, algorithm, digest_name)
    except (ValueError, TypeError, KeyError) as error:
        raise FormatError("algorithm.unknown", type(error).__name__) from error


def _names(
    certificate: x509.Certificate,
    algorithm: algos.SignedDigestAlgorithm,
    digest_name: str | None,
) -> tuple[str, ...]:
    scheme = algorithm.signature_algo
    digest = _digest_of(algorithm, scheme, digest_name)
    if digest not in HASHES:
        raise FormatError("algorithm.unknown", digest)
    if digest_name is not None and digest != digest_name:
        raise FormatError("algorithm.mismatch", f"{digest} and {digest_name}")
    key = _public_key(certificate)
    if isinstance(key, ec.EllipticCurvePublicKey):
        if scheme != "ecdsa" or key.curve.name not in CURVES:
            raise FormatError("algorithm.unknown", f"{scheme} {key.curve.name}")
        return digest, "ecdsa", CURVES[key.curve.name]
    if scheme not in ("rsassa_pkcs1v15", "rsassa_pss"):
        raise FormatError("algorithm.mismatch", f"{scheme} by an RSA key")
    return digest, _rsa_scheme(algorithm, scheme, digest), _rsa_size(key.key_size)


def pss_algorithm(digest_name: str) -> algos.SignedDigestAlgorithm:
    """RSASSA-PSS as we write and accept it: one hash throughout, a salt of its size."""
    return algos.SignedDigestAlgorithm(
        {
            "algorithm": "rsassa_pss",
            "parameters": {
                "hash_algorithm": {"algorithm": digest_name},
                "mask_gen_algorithm": {
                    "algorithm": "mgf1",
                    "parameters": {"algorithm": digest_name},
                },
                "salt_length": HASHES[digest_name]().digest_size,
            },
        }
    )


def key_name(key: keys.PublicKeyInfo) -> str:
    """Name a public key by curve or size.

    Raises:
        FormatError: `algorithm.unknown` for another kind of key.
    """
    if key.algorithm == "rsa":
        return _rsa_size(key.bit_size)
    if key.algorithm == "ec" and key.curve[1] in CURVES:
        return CURVES[key.curve[1]]
    raise FormatError("algorithm.unknown", key.algorithm)


def _digest_of(algorithm: algos.SignedDigestAlgorithm, scheme: str, digest_name: str | None) -> str:
    """A SignerInfo may name plain `rsaEncryption`: then the hash stands beside it alone."""
    if algorithm["algorithm"].native == "rsassa_pkcs1v15" and digest_name is not None:
        return digest_name
    if scheme == "rsassa_pss":
        return str(algorithm["parameters"]["hash_algorithm"]["algorithm"].native)
    return str(algorithm.hash_algo)


def _rsa_scheme(algorithm: algos.SignedDigestAlgorithm, scheme: str, digest: str) -> str:
    if scheme == "rsassa_pkcs1v15":
        return "rsa-pkcs1v15"
    parameters = algorithm["parameters"]
    mask = parameters["mask_gen_algorithm"]
    if (
        mask["algorithm"].native != "mgf1"
        or mask["parameters"]["algorithm"].native != digest
        or parameters["salt_length"].native != HASHES[digest]().digest_size
        or parameters["trailer_field"].native not in (1, "trailer_field_bc")
    ):
        raise FormatError("algorithm.unknown", "RSASSA-PSS parameters")
    return "rsa-pss"


def _rsa_size(bits: int) -> str:
    """Name the largest size that the key reaches; a smaller key has a name nobody allows."""
    return next((f"rsa-{size}" for size in RSA_SIZES if bits >= size), f"rsa-{bits}")


def _public_key(certificate: x509.Certificate) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    try:
        key = serialization.load_der_public_key(certificate.public_key.dump())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise FormatError("algorithm.unknown", "public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise FormatError("algorithm.unknown", type(key).__name__)
    return key
