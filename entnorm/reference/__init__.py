"""References: roots to any number of digits with certificates, and a stored corpus of them.

``solve`` computes one reference, ``joint_powers`` proves what the several roots of a joint distribution are,
``load`` reads the stored ones, ``verify`` proves them again;
``entnorm.reference.generate.make`` makes them. README.md says what a record is, for readers in any language.
"""

from entnorm.reference.attainable import UnattainableTargetError
from entnorm.reference.certificate import Certificate
from entnorm.reference.isolating import JointPowers, joint_powers
from entnorm.reference.reading import RecordError, load
from entnorm.reference.records import Record, verify
from entnorm.reference.solver import Certified, solve

__all__ = [
    "Certificate",
    "Certified",
    "JointPowers",
    "Record",
    "RecordError",
    "UnattainableTargetError",
    "joint_powers",
    "load",
    "solve",
    "verify",
]
