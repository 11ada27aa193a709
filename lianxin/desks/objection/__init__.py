"""The objection reviewers' desk (异议审核): returns and disputes, decided with their ground."""
