"""The units' desk (承办单位): what to sign, what to do, what waits, what is overdue, where one only helps."""
