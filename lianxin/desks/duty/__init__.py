"""The duty manager's desk (值班主任): emergencies, decisions only she may take, alarms of the house."""
