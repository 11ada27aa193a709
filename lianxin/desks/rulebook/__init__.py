"""The rule administrator's desk (规则管理): which packs hold, what is proposed, what would it change?"""
