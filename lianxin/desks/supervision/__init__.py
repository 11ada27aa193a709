"""The supervisors' desk (督办): what is overdue, what asks for more time, what was instructed."""
