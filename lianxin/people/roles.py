"""Which roles are there in a hotline, and how is each called?

What a role may and may not do is decided per order, by the list of those who already
acted on it (separation of duties); here are only the names and the trays of the house.
"""

import msgspec


class Role(msgspec.Struct, frozen=True):
    """A role; `kind` is floor (works in the house), unit, outside, or technical."""

    id: str
    zh: str
    en: str
    kind: str

    def title(self, lang: str = "zh") -> str:
        """Return the name in `lang`."""
        return self.en if lang == "en" else self.zh


_ALL = (
    Role("agent", "话务员", "agent", "floor"),
    Role("seat_enterprise", "涉企专席", "enterprise seat", "floor"),
    Role("seat_dialect", "方言专席", "dialect seat", "floor"),
    Role("expert", "专家座席", "expert seat", "floor"),
    Role("shift_lead", "班长", "shift leader", "floor"),
    Role("reviewer", "审核员", "reviewer", "floor"),
    Role("dispatcher", "转办员", "dispatcher", "floor"),
    Role("objection_reviewer", "异议审核员", "objection reviewer", "floor"),
    Role("followup_caller", "回访员", "follow-up caller", "floor"),
    Role("qa", "质检员", "quality inspector", "floor"),
    Role("qa_appeal", "质检复核员", "quality appeals", "floor"),
    Role("supervisor", "督办员", "supervisor", "floor"),
    Role("duty_manager", "值班主任", "duty manager", "floor"),
    Role("kb_editor", "知识管理员", "knowledge editor", "floor"),
    Role("kb_owner", "单位知识员", "knowledge owner", "unit"),
    Role("analyst", "统计分析员", "analyst", "floor"),
    Role("rule_admin", "规则管理员", "rule administrator", "floor"),
    Role("unit_contact", "单位联络员", "unit contact", "unit"),
    Role("unit_leader", "单位分管领导", "unit leader", "unit"),
    Role("county_office", "县区热线办", "county office", "unit"),
    Role("township", "乡镇街道", "township", "unit"),
    Role("leader", "市领导", "city leader", "outside"),
    Role("media_editor", "媒体栏目编辑", "media editor", "outside"),
    Role("sysadmin", "系统管理员", "system administrator", "technical"),
    Role("secadmin", "安全管理员", "security administrator", "technical"),
    Role("auditadmin", "审计管理员", "audit administrator", "technical"),
)

ROLES: dict[str, Role] = {role.id: role for role in _ALL}
"""Every role by its id."""

AROUND_THE_CLOCK = (
    "agent",
    "shift_lead",
    "reviewer",
    "dispatcher",
    "objection_reviewer",
    "supervisor",
    "followup_caller",
    "duty_manager",
)
"""Roles someone on duty must have at every hour of every day: an order waits for no morning."""

TRAYS: dict[str, tuple[str, str]] = {
    "intake": ("受理区", "intake tray"),
    "review": ("审核区", "review tray"),
    "dispatch": ("转办区", "dispatch tray"),
    "followup": ("回访区", "follow-up tray"),
}
"""The trays of the house, zh and en; a duty manager answers for what lies in them."""
