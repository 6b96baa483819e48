"""An example of each command, for its ``--help`` and docs/commands.md; tests hold them to work."""

import typer

from reports.kinds import KINDS

UPN, DAY = "Z856400120001", "2026-03-02"
ID, OTHER = "0190a1b2-0000-4000-8000-000000000001", "0190a1b2-0000-4000-8000-000000000002"
EXAMPLES = {
    "serve": "ap-registry serve --port 0 --json",
    "worker": "ap-registry worker",
    "migrate": "AP_DATABASE_OWNER_URL=postgresql://… ap-registry migrate",
    "stop": "ap-registry stop",
    "doctor": "ap-registry doctor --json",
    "demo": "ap-registry demo --once --pupils 100",
    "notify": "cat suspension.json | ap-registry notify - --json",
    "refresh": "ap-registry refresh edubasealldata.csv links_edubasealldata.csv",
    "template": "ap-registry template suspension --format xlsx -o suspension.xlsx",
    "backup": "ap-registry backup registry.backup",
    "restore": "ap-registry restore registry.backup",
    "confirm": f"ap-registry confirm --organisation 100001 --on {DAY}",
    "deliveries": "ap-registry deliveries --failed",
    "quality": "ap-registry quality --la 856 --json",
    "follow-ups": "ap-registry follow-ups --owner 100001 --status overdue --json",
    "reconcile": f"ap-registry reconcile roll.csv --school 100001 --on {DAY}",
    "census": "ap-registry census ap-census.xml --offers notices.xlsx",
    "verify": "ap-registry verify --json",
    "rebuild": "ap-registry rebuild --check",
    "import organisations": "ap-registry import organisations edubasealldata.csv",
    "import terms": "ap-registry import terms terms.csv",
    "import closures": "ap-registry import closures closures.csv --json",
    "import people": "ap-registry import people people.csv",
    "import headcounts": "ap-registry import headcounts headcounts.csv",
    "import codes": "ap-registry import codes codes.csv",
    "import areas": "ap-registry import areas areas.csv",
    "import providers": "ap-registry import providers providers.csv",
    "import notices": "cat notices.jsonl | ap-registry import notices - --format jsonl"
    " --result result.csv",
    "import attendance": "ap-registry import attendance week.csv --dry-run",
    "import ctf": "ap-registry import ctf pupil.xml --dry-run",
    "import nccis": "ap-registry import nccis activities.csv",
    "import history": "ap-registry import history past.csv --mapping history.toml --dry-run",
    "export ctf": f"ap-registry export ctf {UPN} -o pupil.xml",
    "export tables": "ap-registry export tables --la 856 -o tables",
    "export notices": "ap-registry export notices suspension --organisation 100001 -o sent.csv",
    "setting set": "ap-registry setting set LA856 lists on",
    "setting list": "ap-registry setting list LA856 --json",
    "rule list": "ap-registry rule list --la 856",
    "rule set": "ap-registry rule set 856 off-site.review 20 --reason 'agreed by the panel'",
    "matching list": "ap-registry matching list --la 856",
    "matching decide": f"ap-registry matching decide different {ID} {OTHER}"
    " --reason 'twins: both birth certificates were seen'",
    "pupil show": f"ap-registry pupil show {UPN} --on {DAY} --json",
    "pupil export": f"ap-registry pupil export {UPN} --for parent -o access.pdf",
    "pupil erase": f"ap-registry pupil erase {UPN} --reason 'retention has ended'",
    "pupil erased": "ap-registry pupil erased --json > erased.json",
    "pupil erase-again": "ap-registry pupil erase-again erased.json",
    "pupil hold": f"ap-registry pupil hold {UPN} --reason 'a claim is open'",
    "pupil release": f"ap-registry pupil release {UPN} --reason 'the claim is decided'",
    "clock explain": f"ap-registry clock explain {ID}",
    "retention preview": "ap-registry retention preview",
    "retention carry-out": "ap-registry retention carry-out --reason 'yearly review'",
    "user add": "cat password.txt | ap-registry user add office@alder.example --role school"
    " --organisation 100001",
    "user invite": "ap-registry user invite deputy@alder.example --role school"
    " --organisation 100001 --administrator",
    "user change": "ap-registry user change office@alder.example --role school --administrator",
    "user acts": "ap-registry user acts --organisation 100001",
    "user confirmations": "ap-registry user confirmations",
    "user list": "ap-registry user list --organisation 100001",
    "user disable": "ap-registry user disable office@alder.example",
    "user enable": "ap-registry user enable office@alder.example",
    "user sign-out": "ap-registry user sign-out office@alder.example",
    "user recover": "ap-registry user recover office@alder.example",
    "user remove-second-factor": "ap-registry user remove-second-factor office@alder.example",
    "key create": "ap-registry key create --organisation 100001 --role school --json",
    "key list": "ap-registry key list --organisation 100001",
    "key revoke": f"ap-registry key revoke {ID}",
    "ledger rotate": "ap-registry ledger rotate",
    "ledger export": "ap-registry ledger export -o ledger.json",
    "ledger keys": "ap-registry ledger keys --json",
}
_OPTIONS = {
    "la": "856", "school": "100001", "upn": UPN, "year": "2026", "measure": "attendance",
    "from": "2025-09-01", "on": DAY,
}  # fmt: skip
# What a report that may be asked in several ways is asked here.
_ONE_OF = {"panel": "la", "progress": "upn", "exit": "upn", "school-arranged": "school"}


def example_of(name: str) -> str | None:
    """``name``: the words of the command; of a report what it cannot do without."""
    words = name.split()
    if words[0] != "report":
        return EXAMPLES.get(name)
    kind = KINDS[words[-1]]
    asked = [
        f"--{o.name} {_OPTIONS[o.name]}"
        for o in kind.options
        if o.required or o.name == _ONE_OF.get(kind.name)
    ]
    form = "html" if "html" in kind.formats else kind.formats[0]
    return " ".join(["ap-registry", name, *asked, f"-o {kind.name}.{form}"])


def add(app: typer.Typer, before: str = "") -> None:
    """Under the help of each command, once all are registered."""
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__.replace("_", "-")
        example = example_of(f"{before} {name}".strip())
        if example:
            command.epilog = f"Example: {example}"
    for group in app.registered_groups:
        assert group.typer_instance is not None
        add(group.typer_instance, f"{before} {group.name or ''}".strip())
