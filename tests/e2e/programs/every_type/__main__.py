"""Every resource type that provider 1.2.1 has for what the local Snowflake covers, in few resources and two states.

Config `state`: `plain` sets what is required, `full` nearly every property that can be changed, `renamed` is `plain`
with other names where the provider renames in place. Config `lookups`: also ask the data sources, answers as outputs.
"""

import gc

gc.disable()  # as the platform's own program does

from tests.e2e.programs.every_type import (  # noqa: E402
    code_objects,
    containers,
    data_grants,
    data_objects,
    governance,
    grants,
    identities,
    leaves,
    lookups,
    ownership,
    relations,
)
from tests.e2e.programs.every_type.setting import state  # noqa: E402

places = containers.declare()
tables = relations.declare(places)
policies = governance.declare(places, tables)
people = identities.declare(places, policies)
code_objects.declare(places, tables)
data = data_objects.declare(places, tables, people)
grants.declare(places, tables, people)
data_grants.declare(places, data, people)
ownership.declare(places, people)
leaves.declare(places, policies)
if state.lookups:
    lookups.declare()
