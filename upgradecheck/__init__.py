# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""Upgrade checks for OpenStack services: what plug-ins import from here.

A plug-in needs no other module than this one::

    from upgradecheck import Code, Finding, Result, Upgrade, check
"""

from oslo_upgradecheck.upgradecheck import Code

from upgradecheck.check import Check
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Phase
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.service import Database
from upgradecheck.service import DriverOption
from upgradecheck.service import Program
from upgradecheck.service import Service
from upgradecheck.version import __version__

__all__ = (
    "Check",
    "Code",
    "Database",
    "DriverOption",
    "Finding",
    "NotVerified",
    "Phase",
    "Program",
    "Result",
    "Service",
    "Status",
    "Upgrade",
    "__version__",
    "check",
)
