"""Washing (清洗): a file is taken apart and put together anew, from nothing but what can be seen or heard.

Where a picture was taken, who made it, with which device, and whatever else somebody hid in it is
left behind. A file that is two things at once comes out as one.
"""
