"""Contacts (来电、来件): one arrival on any channel, its matters, and how it ended.

Every contact ends in exactly one disposition; until then somebody holds it, with a limit.
"""
