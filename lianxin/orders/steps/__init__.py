"""The steps of an order's course, by desk: what each command writes when it is allowed."""
