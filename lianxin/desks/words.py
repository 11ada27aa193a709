"""How are holders, groups and outcomes called on a page? English words; the catalogue has the Chinese ones."""

from lianxin.ground.web import marked

GROUP_WORDS: dict[str, str] = {
    "hall": marked("The hall"),
    "bureau": marked("City bureaus"),
    "county": marked("Counties"),
    "zone": marked("Development zones"),
    "enterprise": marked("Public enterprises"),
    "outside": marked("Outside systems"),
}

DISPOSITION_WORDS: dict[str, str] = {
    "opened": marked("order opened"),
    "answered": marked("answered at once"),
    "joined": marked("joined to an order"),
    "added": marked("news on an order"),
    "emergency": marked("emergency"),
    "heard": marked("wanted to be heard"),
    "referred": marked("referred"),
    "not_accepted": marked("not accepted"),
    "ring_back": marked("to be rung back"),
    "silent": marked("silent"),
    "test": marked("test"),
    "harassment": marked("harassment"),
    "pending": marked("going on"),
}
"""Every outcome of a contact, in the order of the page."""
