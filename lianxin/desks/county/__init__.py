"""The desk of a county's or town's office (县区、乡镇): what the city sent to the region, and who inside it does it."""
