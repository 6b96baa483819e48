"""What the database holds: is it kept as it should be."""

from ap_registry import embedded
from ap_registry.doctor.wrong import Wrong
from ap_registry.notices import BY_ALIAS
from ap_registry.settings import Settings
from ap_registry.store.database import Connection, connect
from ap_registry.store.erasing_functions import owned_by_eraser

APPEND_ONLY = ("event", "event_private", "log", "tree_head", "ledger_key", "ledger_key_end")
DEMO_ADDRESS = "%@demo.example"


def append_only(found: embedded.Servers) -> str:
    """The triggers that hold against the owner too, in force for every session."""
    with connect(found.database_url) as connection:
        in_force = {
            row[0]
            for row in connection.execute(
                "select tgname from pg_trigger where tgenabled = 'A' and not tgisinternal"
            )
        }
    wanted = {f"{table}_no_{what}" for table in APPEND_ONLY for what in ("change", "truncate")}
    missing = sorted(wanted - in_force)
    if missing:
        raise Wrong(
            f"not in force: {', '.join(missing)}, which keep the ledger append-only",
            "Find out who disabled them, run `ap-registry verify`, then as the owner:"
            " alter table … enable always trigger ….",
        )
    return "the ledger's triggers are in force"


def readable(found: embedded.Servers) -> str:
    """Every event of a notice has a type that this program reads."""
    with connect(found.database_url) as connection:
        strange = connection.execute(
            "select pupil_id, id, type from event where stream = 0 and type <> all(%s)"
            " order by pupil_id, version limit 20",
            (sorted(BY_ALIAS),),
        ).fetchall()
    if strange:
        named = "; ".join(f"{kind} of pupil {pupil}, event {id_}" for pupil, id_, kind in strange)
        raise Wrong(
            f"this program cannot read {named}",
            "Install the version of the program that recorded them; other pupils are not affected.",
        )
    return "every event is of a type that this program reads"


def eraser(found: embedded.Servers) -> str:
    """Who may delete what is private, and nobody else."""
    with connect(found.database_url) as connection:
        owned = owned_by_eraser(connection)
    if not owned:
        raise Wrong(
            "erase_pupil is not owned by ap_eraser: nobody can be erased",
            "Make the role as docker/roles.sql does, then `ap-registry migrate` as the owner.",
        )
    return "pupils can be erased"


def role(found: embedded.Servers, settings: Settings) -> str:
    """In production the processes that serve must not own what they serve."""
    with connect(found.database_url) as connection:
        row = connection.execute(
            "select current_user, rolsuper or pg_has_role(tableowner, 'member')"
            "  from pg_roles, pg_tables where rolname = current_user and tablename = 'event'"
        ).fetchone()
    name, owns = row or ("?", False)
    if owns and settings.environment == "production":
        raise Wrong(
            f"connected as {name}, who owns the ledger",
            "Make the roles of docker/roles.sql, and name ap_web or ap_job in AP_DATABASE_URL.",
        )
    return f"connected as {name}" + (", who owns the ledger" if owns else "")


def clock(found: embedded.Servers, settings: Settings) -> str:
    with connect(found.database_url) as connection:
        practice = _practice(connection)
    if settings.clock is not None and not practice:
        raise Wrong(
            "AP_REGISTRY_CLOCK is set, but this registry runs by the real clock",
            "Unset AP_REGISTRY_CLOCK, or choose another AP_REGISTRY_HOME.",
        )
    if settings.clock is not None:
        return f"this registry lives at {settings.clock.isoformat()} (AP_REGISTRY_CLOCK)"
    return "the real clock" + (", though made for practice" if practice else "")


def accounts(found: embedded.Servers, settings: Settings) -> str:
    """The demo's accounts share a password that everybody can read."""
    with connect(found.database_url) as connection:
        row = connection.execute(
            "select count(*) from account where email like %s and not disabled", (DEMO_ADDRESS,)
        ).fetchone()
        practice = _practice(connection)
    demo = row[0] if row else 0
    if demo and (settings.environment == "production" or not practice):
        raise Wrong(
            f"{demo} accounts of the demo can sign in with its published password",
            "Use a registry that was not made by `ap-registry demo`.",
        )
    return f"{demo} accounts of the demo, in a practice registry" if demo else "none of the demo"


def _practice(connection: Connection) -> bool:
    return connection.execute("select 1 from setting where name = 'clock'").fetchone() is not None
