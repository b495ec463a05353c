"""The warehouse that a statement computes with."""

from __future__ import annotations

from local.errors import SnowflakeError, no_warehouse
from local.model import Kind, Obj
from local.session import Context


def require_warehouse(context: Context) -> Obj | None:
    """The session's warehouse, running: a suspended one is resumed if AUTO_RESUME allows it.

    Call it inside the statement's transaction. Raises 000606 without a warehouse, or if the session holds no USAGE on
    it, or if it is suspended and must not resume. What runs serverless needs none.
    """
    from local.statements.warehouses import set_state

    if context.session.serverless:
        return None
    warehouse = context.catalogue.lookup(context.session.warehouse)
    if warehouse is None or warehouse.kind is not Kind.WAREHOUSE or not context.access.holds(warehouse, "USAGE"):
        raise no_warehouse()
    if warehouse.props.get("STATE") == "STARTED":
        return warehouse
    if not warehouse.props.get("AUTO_RESUME"):
        raise SnowflakeError(
            "000606",
            "57P03",
            f"Warehouse '{warehouse.name}' cannot be used: it is suspended and AUTO_RESUME is off.  "
            "Resume it with the 'alter warehouse … resume' command.",
        )
    return set_state(context, warehouse, "STARTED")
