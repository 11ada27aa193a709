"""Attachments (附件): pictures, recordings and documents that belong to an order or a contact.

What a file is decides its content, never its name. It is taken apart and put together anew, so that
nothing but what can be seen or heard is kept, and lies encrypted in the home folder; the order's
chain holds its hash.
"""
