"""The check families: a service gets each of them by one line."""

from upgradecheck.checks.additive import AdditiveCheck
from upgradecheck.checks.options import OptionsCheck
from upgradecheck.checks.path import ReleasePathCheck
from upgradecheck.checks.policy import PolicyCheck
from upgradecheck.checks.revision import AtHeadCheck
from upgradecheck.checks.revision import RevisionCheck

__all__ = (
    "AdditiveCheck",
    "AtHeadCheck",
    "OptionsCheck",
    "PolicyCheck",
    "ReleasePathCheck",
    "RevisionCheck",
)
