"""The records floor: crypto, keyring, jobs, documents, access, keys, identity, cards, wallet,
contracts.
"""
