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

CHANNEL_WORDS: dict[str, str] = {
    "phone": marked("telephone"),
    "call": marked("telephone"),
    "web": marked("web site"),
    "sms": marked("text message"),
    "mail": marked("e-mail"),
    "app": marked("app"),
    "wechat": marked("WeChat"),
    "110": marked("handed over by 110"),
    "province": marked("province platform"),
    "media": marked("media column"),
}
