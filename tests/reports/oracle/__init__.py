"""The five outcomes, definition v1, computed a second time: straight from the definition, slowly.

It shares no code with the registry: plain Python over what was sent. ``facts`` is what goes in,
``report`` what comes out (the JSON of the contract, section 6, without the ledger).
"""
