"""The dispatchers' desk (转办): what goes out to the units, and what one follows until it is closed (我跟踪的)."""
