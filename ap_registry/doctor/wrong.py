"""A check that failed, and its cure."""


class Wrong(Exception):
    """``detail``: what is the case; ``cure``: what to do."""

    def __init__(self, detail: str, cure: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cure = cure
