"""Where everything is kept: PostgreSQL, its connections, its schema."""
