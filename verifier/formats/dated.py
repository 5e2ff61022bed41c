"""The dated algorithms of a trusted root, as pyhanko-certvalidator asks for them.

Certificates, OCSP answers and CRLs are held to the same list as our own signatures: hash,
scheme and key must all have been allowed at the time in question.
"""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, keys
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy

from verifier.errors import FormatError
from verifier.formats.algorithms import HASHES, key_name
from verifier.formats.trusted_root import TrustedRoot


@dataclass(frozen=True)
class DatedAlgorithms(AlgorithmUsagePolicy):
    """The trusted root's dated algorithms, as certvalidator asks for them."""

    trust: TrustedRoot

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        """Whether a hash alone was strong at that time."""
        name = str(algo["algorithm"].native)
        return AlgorithmUsageConstraint(moment is not None and self._strong((name,), moment))

    def signature_algorithm_allowed(
        self,
        algo: algos.SignedDigestAlgorithm,
        moment: datetime | None,
        public_key: keys.PublicKeyInfo | None,
    ) -> AlgorithmUsageConstraint:
        """Whether a signature algorithm and the key that used it were strong at that time."""
        strong = (
            moment is not None
            and self.allows(algo, moment)
            and (public_key is None or self.allows_key(public_key, moment))
        )
        return AlgorithmUsageConstraint(strong)

    def allows(self, algorithm: algos.SignedDigestAlgorithm, at: datetime) -> bool:
        """Whether hash and scheme were strong at that time."""
        try:
            scheme = algorithm.signature_algo
            digest = (
                algorithm["parameters"]["hash_algorithm"]["algorithm"].native
                if scheme == "rsassa_pss"
                else algorithm.hash_algo
            )
        except ValueError:
            return False
        names = {"rsassa_pkcs1v15": "rsa-pkcs1v15", "rsassa_pss": "rsa-pss"}
        return digest in HASHES and self._strong((digest, names.get(scheme, scheme)), at)

    def allows_key(self, key: keys.PublicKeyInfo, at: datetime) -> bool:
        """Whether a key was strong enough at that time."""
        try:
            return self._strong((key_name(key),), at)
        except FormatError:
            return False

    def _strong(self, names: tuple[str, ...], at: datetime) -> bool:
        return all(self.trust.allows(name, at=at) for name in names)
