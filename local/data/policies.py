"""Whether a policy protects a table's data."""

from __future__ import annotations

from local.catalogue import Catalogue
from local.model import Kind, Obj

_ROLES = frozenset((Kind.MASKING_POLICY.value, Kind.ROW_ACCESS_POLICY.value))


def has_data_policy(catalogue: Catalogue, obj: Obj) -> bool:
    """Whether a masking policy (directly or by a tag) or a row access policy is set on the object."""
    try:
        from local.statements import masking
    except ImportError:
        return any(reference.role in _ROLES for reference in catalogue.references.by("target", obj.id))
    return bool(masking.has_data_policy(catalogue, obj))
